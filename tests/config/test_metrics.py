from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from banditware.config import Settings
from banditware.scraping import Scraping

TOKEN = "a-token-that-nobody-guesses"

FORMS: dict[str, tuple[dict[str, Any], Scraping | None]] = {
    "nothing": ({}, None),
    "empty": ({"metrics": {}}, Scraping()),
    "a path": ({"metrics": {"path": "/metrics", "token": TOKEN}}, Scraping("/metrics", TOKEN)),
    "anybody": ({"metrics": {"path": "/a/b.c", "token": False}}, Scraping("/a/b.c")),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form(form: str, settle: Callable[..., Settings]) -> None:
    """Nothing is measured without the section, and nothing shown without a path."""
    written, meant = FORMS[form]
    assert settle(**written).metrics == meant


MISTAKES: dict[str, tuple[dict[str, Any], str]] = {
    "no slash": (
        {"path": "metrics", "token": False},
        "metrics.path: must be a path such as /metrics, of letters, digits and the characters",
    ),
    "no token": ({"path": "/metrics"}, "metrics.path: needs a token: give one that Prometheus"),
    "true": (
        {"path": "/metrics", "token": True},
        "metrics.token: must be text, or false to let anybody read",
    ),
    "a short one": (
        {"path": "/metrics", "token": "0123456789abcde"},
        "metrics.token: has 15 characters, and with fewer than 16 it could be guessed: make one",
    ),
    "a space": (
        {"path": "/metrics", "token": "0123456789abcde f"},
        "metrics.token: must be of printable ASCII characters without spaces",
    ),
    "near": ({"paths": "/metrics"}, "metrics.paths: is not a known key; did you mean 'path'?"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistakes(mistake: str, complain: Callable[..., list[str]]) -> None:
    """A mistake is told with the mend, and never with the token."""
    written, message = MISTAKES[mistake]
    (said,) = complain(metrics=written)
    assert said.startswith(message)
    assert "0123" not in said


def test_spans_are_asked_for(settle: Callable[..., Settings]) -> None:
    """Nothing is told to spans unless the file says so."""
    assert [settle().opentelemetry, settle(opentelemetry=True).opentelemetry] == [False, True]
