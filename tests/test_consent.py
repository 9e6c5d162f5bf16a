"""What a request says of consent."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banditware.consent import (
    REFUSED,
    STATELESS,
    UNKNOWN,
    Consent,
    ConsentSettings,
    answer_of,
    fits,
)
from tests.support import Asked

YES_NO: dict[str, Any] = {"granted": ("yes", "*ok*"), "denied": ("no", "*ok-not")}


def objection(settings: ConsentSettings, **headers: str) -> str:
    """Return the objection of a request with these headers."""
    told: list[Exception] = []
    asked = Asked(headers={name.replace("_", "-"): text for name, text in headers.items()})
    found = Consent(settings, answer_of(settings), told.append).objection(asked)
    assert not told
    return found


@pytest.mark.parametrize(
    ("cookie", "found"),
    [
        ("", UNKNOWN),
        ("other=yes", UNKNOWN),
        ("c=yes", ""),
        ('c="yes"', ""),
        ("c=YES", UNKNOWN),
        ("c=no", REFUSED),
        ("c=maybe", UNKNOWN),
        ("c=a:ok:b", ""),
        ("c=is-ok-not", ""),
        ("c=yes; c=no", REFUSED),
        ("c=no; c=yes", REFUSED),
        ("c=yes; c=maybe", ""),
        ("c=maybe; c=yes", ""),
    ],
)
def test_what_a_cookie_says(cookie: str, found: str) -> None:
    """A cookie says yes, no or neither; yes before no in a value, no before yes in several."""
    assert objection(ConsentSettings("cookie", "c", **YES_NO), cookie=cookie) == found


@pytest.mark.parametrize(
    ("value", "found"), [("", UNKNOWN), ("yes", ""), ("no", REFUSED), ("x", UNKNOWN)]
)
def test_what_a_header_says(value: str, found: str) -> None:
    """A header says so, too, whatever the spelling of its name in the configuration."""
    assert objection(ConsentSettings("header", "X-Consent", **YES_NO), x_consent=value) == found


def test_who_said_nothing_may_be_drawn_for() -> None:
    """With `stateless` the objection is that nothing may outlive the request."""
    assert objection(ConsentSettings("cookie", "c", ("yes",), stateless=True)) == STATELESS


def test_without_a_place_everybody_consents() -> None:
    """A configuration that names no place asks nobody."""
    assert objection(ConsentSettings()) == ""


@pytest.mark.parametrize(
    ("respects", "value", "found"),
    [(True, "1", REFUSED), (True, " 1 ", REFUSED), (True, "0", ""), (False, "1", "")],
)
def test_global_privacy_control(respects: bool, value: str, found: str) -> None:
    """`Sec-GPC: 1` is a refusal, before whatever else was said, unless it is ignored."""
    settings = ConsentSettings("cookie", "c", ("yes",), respect_gpc=respects)
    assert objection(settings, cookie="c=yes", sec_gpc=value) == found


@pytest.mark.parametrize(
    ("said", "found"),
    [(True, ""), (False, REFUSED), (None, UNKNOWN), (1, UNKNOWN), (0, UNKNOWN), ("yes", UNKNOWN)],
)
def test_what_a_function_says(said: object, found: str) -> None:
    """Only True and False are answers: what merely looks like one is none."""
    consent = Consent(ConsentSettings("call", "m:f"), lambda facts: said, lambda error: None)
    assert consent.objection(Asked()) == found


def test_a_function_that_fails_is_told_and_says_nothing() -> None:
    """What a function raises is no consent."""
    told: list[Exception] = []

    def fails(facts: object) -> object:
        raise KeyError

    consent = Consent(ConsentSettings("call", "m:f", stateless=True), fails, told.append)
    assert consent.objection(Asked()) == STATELESS
    assert [type(each) for each in told] == [KeyError]


@pytest.mark.parametrize(
    ("settings", "names"),
    [
        (ConsentSettings(), ("Sec-GPC",)),
        (ConsentSettings("cookie", "c"), ("Sec-GPC",)),
        (ConsentSettings("header", "X-C", respect_gpc=False), ("X-C",)),
        (ConsentSettings("header", "X-C"), ("X-C", "Sec-GPC")),
    ],
)
def test_what_responses_vary_on(settings: ConsentSettings, names: tuple[str, ...]) -> None:
    """A response depends on the headers in which consent stands."""
    assert settings.varies_on == names


TEXT = st.text("ab*", max_size=8)


@given(st.text("ab", max_size=8), TEXT)
def test_patterns(value: str, pattern: str) -> None:
    """A pattern fits what its parts can be found in, one after the other, without overlap."""
    assert fits(value, pattern) is _slowly(value, pattern)


def _slowly(value: str, pattern: str) -> bool:
    if not pattern:
        return not value
    if pattern[0] == "*":
        return any(_slowly(value[start:], pattern[1:]) for start in range(len(value) + 1))
    return value[:1] == pattern[0] and _slowly(value[1:], pattern[1:])
