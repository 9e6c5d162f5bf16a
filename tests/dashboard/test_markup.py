from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from banditware.dashboard.markup import DASH, breakable, chance, moment, number, percent, tag


def test_elements() -> None:
    """An element has its attributes and its content; what is none is left out."""
    assert tag("a", "x", " ", None, ["y", tag("b", 1)], href="/", hidden=None) == (
        '<a href="/">x y<b>1</b></a>'
    )
    assert tag("input", name="q", required=True, disabled=False) == '<input name="q" required/>'
    assert tag("label", for_="q", class_="a b", aria_label="l") == (
        '<label for="q" class="a b" aria-label="l"></label>'
    )


@given(st.text())
def test_whatever_is_no_markup_is_escaped(text: str) -> None:
    """No text opens or closes anything, as content or as a value."""
    made = tag("p", text, title=text)
    inner = made.removeprefix("<p title=").removesuffix("</p>")
    assert inner.count("<") == inner.count("&") - made.count("&") == 0
    assert inner.count('"') == 2
    assert Markup(inner.partition(">")[2]).unescape() == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (1234567, "1,234,567"),
        (2.0, "2"),
        (0.125, "0.125"),
        (1234.5678, "1,235"),
        (-3, "-3"),
    ],
)
def test_numbers(value: float, text: str) -> None:
    """Whole numbers are whole, and others have four digits."""
    assert number(value) == text


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (None, DASH),
        (0.0, "0.00%"),
        (0.000012, "0.00%"),
        (0.0321, "3.21%"),
        (0.1234, "12.3%"),
        (0.99951, "100%"),
        (1.0, "100%"),
        (1.5, "150%"),
    ],
)
def test_shares(share: float | None, text: str) -> None:
    """Shares are told in percent, with three digits in all."""
    assert percent(share) == text


def test_moments() -> None:
    """A time is told to people and to machines, in UTC; none is a dash."""
    assert moment(1_800_000_000.0) == (
        '<time datetime="2027-01-15T08:00:00Z">15 Jan 2027, 08:00 UTC</time>'
    )
    assert moment(None) == DASH


def test_names() -> None:
    """A name may be broken behind an underscore, and is the same text."""
    assert tag("a", breakable("free")) == "<a>free</a>"
    assert tag("a", breakable("free_a_b")) == "<a>free_<wbr/>a_<wbr/>b</a>"


def test_chances() -> None:
    """What is nearly certain is not said to be certain."""
    assert [chance(each) for each in (None, 0.5, 0.99949, 0.9996, 1.0)] == [
        DASH,
        "50.0%",
        "99.9%",
        ">99.9%",
        "100%",
    ]
