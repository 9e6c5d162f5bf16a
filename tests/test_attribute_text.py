from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banditware.attribute_text import decimal, number_of, read_number, text_of

TEXTS = [
    ("GB", "GB"),
    ("", ""),
    (303, "303"),
    (42.0, "42"),
    (-0.0, "-0"),
    (0.1, "0.1"),
    (-2.5, "-2.5"),
    (True, "true"),
    (False, "false"),
    (1e21, "1000000000000000000000"),
    (-1e21, "-1000000000000000000000"),
    (1.5e300, "15" + "0" * 299),
    (1e-7, "0.0000001"),
    (-1.25e-7, "-0.000000125"),
    (5e-324, "0." + "0" * 323 + "5"),
    (2**53 + 1, "9007199254740992"),
    (float("nan"), "NaN"),
    (float("inf"), "inf"),
    (float("-inf"), "-inf"),
    (None, None),
    (10**400, None),
    ([1], None),
    ({}, None),
    (b"x", None),
]


@pytest.mark.parametrize(("value", "text"), TEXTS, ids=lambda each: repr(each)[:30])
def test_the_text_of_a_value(value: object, text: str | None) -> None:
    """Text stays, numbers are full decimals, booleans lower case, and nothing else has a text."""
    assert text_of(value) == text


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_the_decimal_means_the_same_number(number: float) -> None:
    """The decimal of a double has no exponent, and reads as that very double."""
    text = decimal(number)
    assert "e" not in text
    assert not text.endswith(".0")
    assert float(text) == number
    assert Decimal(text) == Decimal(repr(number))


NUMBERS = [
    ("12.5", 12.5),
    ("+5.", 5.0),
    ("-.5", -0.5),
    ("1E3", 1000.0),
    ("INF", float("inf")),
    ("-infinity", float("-inf")),
    (7, 7.0),
    (" 7", None),
    ("7 ", None),
    ("7\n", None),
    ("1_000", None),
    ("٣", None),
    (".", None),
    ("e5", None),
    ("0x10", None),
    ("", None),
    (True, None),
    (None, None),
    (10**400, None),
]


@pytest.mark.parametrize(("value", "number"), NUMBERS, ids=lambda each: repr(each)[:30])
def test_the_number_of_a_value_or_text(value: object, number: float | None) -> None:
    """Text is read as Rust reads it; what Python reads beyond that, spaces and `_`, is none."""
    assert read_number(value) == number


def test_text_is_no_number_by_itself() -> None:
    """Only a number has a number, and booleans are none."""
    assert number_of("5") is None
    assert number_of(True) is None
    assert number_of(5) == 5.0
