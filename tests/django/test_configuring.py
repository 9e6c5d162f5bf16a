from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import override_settings

from banditware.errors import ConfigError
from banditware_django import get_bandit
from banditware_django.bandits import _current, forget_bandit
from banditware_django.configuring import given, loaded, secret_keys
from tests.wires.shop import OpenShop

MAPPING: dict[str, Any] = {
    "store": "memory://",
    "experiments": {"color": {"arms": ["red", "blue"]}},
}

TEXT = "store: memory://\nexperiments:\n  color: {arms: [red, blue]}\n"

events: list[Any] = []


def note(event: Any) -> None:
    """Take an event of the decision log."""
    events.append(event)


def test_the_projects_keys_sign() -> None:
    """`SECRET_KEY` signs and its fallbacks verify: oldest first, as Django lists newest first."""
    with override_settings(
        SECRET_KEY="now",
        SECRET_KEY_FALLBACKS=["before", "long ago"],
        BANDITWARE={"CONFIG": MAPPING},
    ):
        assert secret_keys() == ["long ago", "before", "now"]
        assert loaded().secret_keys == ("long ago", "before", "now")


def test_keys_of_its_own_hold() -> None:
    """A configuration with keys of its own keeps them."""
    with override_settings(BANDITWARE={"CONFIG": {**MAPPING, "secret_keys": ["own"]}}):
        assert loaded().secret_keys == ("own",)


def test_a_path_starts_in_the_base_folder(tmp_path: Path) -> None:
    """A relative path is one from `BASE_DIR`, and one from the current folder without that."""
    (tmp_path / "banditware.yaml").write_text(TEXT)
    with override_settings(BASE_DIR=tmp_path, BANDITWARE={"CONFIG": "banditware.yaml"}):
        assert loaded().folder == tmp_path
    with (
        override_settings(BANDITWARE={"CONFIG": "banditware.yaml"}),
        pytest.raises(ConfigError, match=r"^banditware\.yaml: cannot be read"),
    ):
        loaded()


@pytest.mark.parametrize(
    ("setting", "mistake"),
    [
        (None, r"BANDITWARE is a mapping, as in BANDITWARE = "),
        ("banditware.yaml", r"BANDITWARE is a mapping"),
        ({"CONFIGS": "x"}, r"a key 'CONFIGS' that means nothing.*'CONFIG'"),
        ({}, r"\['CONFIG'\] is the path of a YAML file or a mapping.* not None"),
        ({"CONFIG": 3}, r"not 3"),
    ],
)
def test_a_wrong_setting_says_what_is_right(setting: Any, mistake: str) -> None:
    """A setting that is missing or wrong is told with the right one."""
    with override_settings(BANDITWARE=setting), pytest.raises(ImproperlyConfigured, match=mistake):
        given()


def test_the_project_has_one_bandit() -> None:
    """It is opened once, and anew and with other settings when they change."""
    with override_settings(BANDITWARE={"CONFIG": MAPPING}):
        first = get_bandit()
        assert get_bandit() is first
        forget_bandit(setting="DEBUG")
        assert get_bandit() is first
        with override_settings(SECRET_KEY="another"):
            second = get_bandit()
            assert second.settings.secret_keys == ("another",)
        assert get_bandit() not in {first, second}


def test_threads_that_ask_at_once_get_the_same_bandit() -> None:
    """Whoever waited for another thread to open it takes that one."""
    with override_settings(BANDITWARE={"CONFIG": MAPPING}):
        first = get_bandit()
        assert _current.opened() is first


def test_a_bandit_of_the_project_is_not_closed(open_shop: OpenShop) -> None:
    """A bandit that the project opened is the project's to close."""
    shop = open_shop()
    with override_settings(BANDITWARE={"CONFIG": shop}):
        assert get_bandit() is shop
        assert loaded() is shop.settings
    shop.decide("color")
    assert shop.stats("color")["arms"]


@pytest.mark.parametrize("log", [note, f"{__name__}.note"])
def test_a_log_gets_what_is_decided(log: Any) -> None:
    """`LOG` is a function for the events of the decision log, or its dotted path."""
    events.clear()
    with override_settings(BANDITWARE={"CONFIG": MAPPING, "LOG": log}):
        bandit = get_bandit()
        bandit.decide("color", subject="s")
        bandit.close()
    assert [event["experiment"] for event in events] == ["color"]
