from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from banditware.config import Settings, load
from banditware.dashboard_settings import DashboardSettings
from tests.config.conftest import whole

Settle = Callable[..., Settings]
Complain = Callable[..., list[str]]

LOOK, WRITE = "look-at-everything", "change-everything"


def test_without_a_section_there_is_none(settle: Settle) -> None:
    """A file that does not speak of a dashboard has none."""
    assert settle().dashboard is None


def test_what_it_is_unless_said_otherwise(settle: Settle) -> None:
    """It is at `/_banditware`, and without a token nobody may look."""
    assert settle(dashboard={}).dashboard == DashboardSettings("/_banditware", None, None, None)


def test_all_of_it(settle: Settle) -> None:
    """Path, tokens and URL are as the file has them."""
    section = {"path": "/a/b", "token": LOOK, "write_token": WRITE, "url": "/x/a/b"}
    assert settle(dashboard=section).dashboard == DashboardSettings("/a/b", LOOK, WRITE, "/x/a/b")


def test_tokens_of_the_environment() -> None:
    """A token may be a variable of the environment, and what is written shows none."""
    found = load(whole(dashboard={"token": "${TOKEN}"}), environ={"TOKEN": LOOK}).dashboard
    assert found is not None
    assert found.token == LOOK
    assert LOOK not in repr(found)


MISTAKES: dict[str, tuple[dict[str, Any], str]] = {
    "path": (
        {"path": "x y"},
        (
            "dashboard.path: must be a path such as /_banditware, of letters, digits and the "
            "characters . _ ~ -, not 'x y'"
        ),
    ),
    "whole site": (
        {"path": "/"},
        (
            "dashboard.path: must be a path such as /_banditware, of letters, digits and the "
            "characters . _ ~ -, not '/'"
        ),
    ),
    "short": (
        {"token": "secret"},
        (
            "dashboard.token: has 6 characters, and with fewer than 16 it could be guessed: make "
            'one by python -c "import secrets; print(secrets.token_urlsafe(24))"'
        ),
    ),
    "no text": ({"token": 1234567890123456}, "dashboard.token: must be text; quote it"),
    "spaces": (
        {"write_token": "a token with spaces"},
        "dashboard.write_token: must be of printable ASCII characters without spaces",
    ),
    "the same": (
        {"token": LOOK, "write_token": LOOK},
        "dashboard.write_token: is the same as token: whoever may look could change experiments",
    ),
    "near miss": ({"tokn": LOOK}, "dashboard.tokn: is not a known key; did you mean 'token'?"),
    "beacon": (
        {"path": "/.banditware"},
        "dashboard.path: the beacon is at /.banditware: give one another path",
    ),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_mistakes(complain: Complain, case: str) -> None:
    """Every mistake is told with its place and its mend, and no token is shown."""
    section, message = MISTAKES[case]
    assert complain(dashboard=section) == [message]
