from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from banditware.config import Settings, schema
from banditware.consent import ConsentSettings
from tests.config.conftest import whole

Settle = Callable[..., Settings]
Complain = Callable[..., list[str]]

RIGHT: list[tuple[Any, ConsentSettings]] = [
    ({}, ConsentSettings()),
    (
        {"cookie": {"name": "c", "granted": ["yes", "all"], "denied": "no"}},
        ConsentSettings("cookie", "c", ("yes", "all"), ("no",)),
    ),
    (
        {"header": {"name": "X-C", "granted": "1"}, "undecided": "stateless"},
        ConsentSettings("header", "X-C", ("1",), stateless=True),
    ),
    (
        {"call": "shop.privacy:consent", "respect_gpc": False},
        ConsentSettings("call", "shop.privacy:consent", respect_gpc=False),
    ),
]

WRONG: list[tuple[Any, list[str]]] = [
    ("yes", ["consent: must be a mapping, not 'yes'"]),
    ({"cokie": {}}, ["consent.cokie: is not a known key; did you mean 'cookie'?"]),
    ({"cookie": {"name": "c"}}, ["consent.cookie.granted: is missing"]),
    ({"cookie": {"granted": "a"}}, ["consent.cookie.name: is missing"]),
    (
        {"cookie": {"name": "c d", "granted": []}},
        [
            "consent.cookie.name: 'c d' cannot be the name of a cookie or a header",
            "consent.cookie.granted: is empty: say which values mean yes, as in [yes, all]",
        ],
    ),
    (
        {"cookie": {"name": "c", "granted": True}},
        ["consent.cookie.granted: must be text, not True; quote it"],
    ),
    (
        {"cookie": {"name": "c", "granted": "a", "denied": ""}},
        ["consent.cookie.denied: is empty: say which values, as in [yes, all]"],
    ),
    (
        {"cookie": {"name": "c", "granted": "a"}, "call": "m:f"},
        ["consent.call: is another place than cookie: name one"],
    ),
    ({"call": "nothing"}, ["consent.call: must be MODULE:FUNCTION"]),
    ({"undecided": "draw"}, ["consent.undecided: must be one of default, stateless, not 'draw'"]),
]


@pytest.mark.parametrize(("keys", "settings"), RIGHT)
def test_right(settle: Settle, keys: Any, settings: ConsentSettings) -> None:
    """Every key reaches the settings, and the schema takes it."""
    assert settle(consent=keys).consent == settings
    assert Draft202012Validator(schema()).is_valid(whole(consent=keys))


@pytest.mark.parametrize(("keys", "mistakes"), WRONG)
def test_wrong(complain: Complain, keys: Any, mistakes: list[str]) -> None:
    """Every mistake is told at its place, all of them at once."""
    found = complain(consent=keys)
    assert len(found) == len(mistakes)
    for said, begins in zip(found, mistakes, strict=True):
        assert said.startswith(begins)
