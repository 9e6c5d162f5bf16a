from __future__ import annotations

from collections.abc import Mapping

import pytest

from banditware.config import load
from banditware.errors import ConfigError, Problem

#: Where experiments redirect, where they are chosen, and which of them go round in circles.
CASES: dict[str, tuple[Mapping[str, str], Mapping[str, str], set[str]]] = {
    "elsewhere": ({"a": "/x", "b": "/y"}, {"GET /a": "a", "GET /b": "b"}, set()),
    "to itself": ({"a": "/a/new"}, {"GET /a/<path:rest>": "a"}, set()),
    "a way": ({"a": "/b", "b": "/c"}, {"GET /a": "a", "GET /b": "b"}, set()),
    "to and fro": ({"a": "/b", "b": "/a"}, {"GET /a": "a", "/b": "b"}, {"a", "b"}),
    "quoted": ({"a": "/%62?x", "b": "/a#y"}, {"GET /a": "a", "/b": "b"}, {"a", "b"}),
    "three": (
        {"a": "/b", "b": "/c", "c": "https://x.example/a", "d": "/a"},
        {"GET /a": "a", "GET /b": "b", "GET /c": "c"},
        {"a", "b", "c"},
    ),
    "side by side": ({"a": "/p/1", "b": "/p/2"}, {"GET /p/<int:n>": "a b"}, {"a", "b"}),
    "a form": ({"a": "/b", "b": "/a"}, {"GET /a": "a", "POST /b": "b"}, set()),
    "the front page": (
        {"a": "https://x.example", "b": "/b"},
        {"GET /": "b", "GET /b": "a"},
        {"a", "b"},
    ),
    "not chosen": ({"a": "/b", "b": "/a"}, {}, set()),
}


@pytest.mark.parametrize("case", CASES)
def test_circles(case: str) -> None:
    """Redirects that lead to each other are refused at their places; all others are fine."""
    targets, routes, circles = CASES[case]
    written = {
        "secret_keys": "k",
        "experiments": {
            name: {"arms": {"old": None, "new": {"redirect": to}}} for name, to in targets.items()
        },
        "routes": [{"match": each, "choose": names.split()} for each, names in routes.items()],
    }
    try:
        load(written)
        problems: list[Problem] = []
    except ConfigError as error:
        problems = [*error.problems]
    assert {each.path for each in problems} == {
        f"experiments.{name}.arms.new.redirect" for name in circles
    }
    assert all("go round in circles" in each.message for each in problems)


def test_a_circle_names_the_other_experiment() -> None:
    """The message says which experiment leads back."""
    arms = {"old": None, "new": {"redirect": "/b"}}
    back = {"old": None, "new": {"redirect": "/a"}}
    with pytest.raises(ConfigError, match="a page where 'b' redirects, which leads back"):
        load(
            {
                "secret_keys": "k",
                "experiments": {"a": {"arms": arms}, "b": {"arms": back}},
                "routes": [{"match": "/a", "choose": "a"}, {"match": "/b", "choose": "b"}],
            }
        )
