from __future__ import annotations

import asyncio
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings

from banditware import Bandit
from banditware.errors import UnknownExperimentError
from banditware_django import choose, get_bandit
from banditware_django.testing import experiments
from tests.wires.django_project import MIDDLEWARE

CONFIG: dict[str, Any] = {
    "store": "redis://nowhere.invalid",
    "experiments": {
        "color": {
            "arms": {"red": "#f00", "blue": "#00f"},
            "holdout": "50%",
            "only_if": [{"attribute": "id", "operator": "MATCHES", "value": "nobody"}],
        },
        "text": {"arms": ["buy", "get"]},
    },
}


@choose("color")
@choose("text")
def shop(request: HttpRequest, *, color: str, text: str) -> HttpResponse:
    """Show the shop."""
    return HttpResponse(f"{color} {text}")


@pytest.fixture(autouse=True)
def project() -> Any:
    """Be in a project whose store is out of reach: what is not forced would fail."""
    with override_settings(
        BANDITWARE={"CONFIG": CONFIG},
        MIDDLEWARE=[MIDDLEWARE, "tests.wires.django_entry.with_view"],
        VIEW=shop,
    ):
        yield


def pulls(bandit: Bandit, name: str = "color") -> dict[str, float]:
    """Return the pulls of an experiment, by arm."""
    return {arm: counts["pulls"] for arm, counts in bandit.stats(name)["arms"].items()}


@pytest.mark.parametrize(("arm", "value"), [("red", b"#f00"), ("blue", b"#00f")])
def test_an_arm_is_forced_and_counted(arm: str, value: bytes) -> None:
    """Every visitor of the test's client sees the arm; the counts start from nothing."""
    for _ in range(2):
        with experiments(color=arm) as bandit:
            assert get_bandit() is bandit
            for _ in range(5):
                assert Client().get("/").content.split()[0] == value
            assert pulls(bandit) == {arm: 5}


def test_what_is_not_forced_is_drawn() -> None:
    """Other experiments are as they are, but count in memory."""
    with experiments(color="red") as bandit:
        seen = {Client().get("/").content for _ in range(40)}
        assert sum(pulls(bandit, "text").values()) == 40
    assert seen == {b"#f00 buy", b"#f00 get"}


def test_it_decorates_tests_of_either_kind() -> None:
    """A function or a coroutine function runs with the arms, and a client from before has them."""
    client = Client()

    @experiments(color="blue")
    def asked() -> bytes:
        return bytes(client.get("/").content)

    @experiments(color="red")
    async def asked_later() -> bytes:
        inner: bytes = asked()
        return inner + bytes((await asyncio.to_thread(client.get, "/")).content)

    assert asked().startswith(b"#00f")
    found = asyncio.run(asked_later())
    assert (b"#00f" in found, b"#f00" in found) == (True, True)


def test_unknown_names_are_told() -> None:
    """What there is no experiment or no arm of is an error of the test."""
    with pytest.raises(UnknownExperimentError, match="did you mean 'color'"):
        experiments(colour="red").enable()
    with pytest.raises(ValueError, match="color has no arm 'rde'; did you mean 'red'"):
        experiments(color="rde").enable()
