from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banditware.config.scalars import plain


@pytest.mark.parametrize(
    "text",
    ["on", "off", "yes", "no", "y", "12:30", "2026-01-01", "1_000", "0b1", "=", "<<", "tRUE"],
)
def test_looks_like_text(text: str) -> None:
    """What YAML 1.1 turns into something else stays text."""
    assert plain(text) == text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("~", None),
        ("null", None),
        ("true", True),
        ("FALSE", False),
        ("010", 10),
        ("-7", -7),
        ("0o17", 15),
        ("0xFF", 255),
        ("1e-3", 0.001),
        ("+.5", 0.5),
        ("1.", 1.0),
        ("-.INF", -math.inf),
        (".inf", math.inf),
        ("9" * 301, float("9" * 301)),
    ],
)
def test_core_schema(text: str, value: object) -> None:
    """The scalars of the core schema have their values and types."""
    found = plain(text)
    assert found == value
    assert type(found) is type(value)


def test_nan() -> None:
    """`.nan` is not a number."""
    assert math.isnan(float(plain(".nan") or 0))


@given(st.integers(min_value=-(10**299), max_value=10**299))
def test_integers(number: int) -> None:
    """Every integer of up to 300 digits is itself."""
    assert plain(str(number)) == number


@given(st.text(max_size=20))
def test_any_text(text: str) -> None:
    """No text is refused."""
    plain(text)
