from __future__ import annotations

import json
from collections import UserDict
from decimal import Decimal
from enum import IntEnum
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banditware.events.attributes import LONGEST, MOST, number, split, text


class Colour(IntEnum):
    """A whole number with a name."""

    RED = 3


class Rude:
    """What an app's own objects may do."""

    def __str__(self) -> str:
        raise RuntimeError

    def __float__(self) -> float:
        raise RuntimeError


def test_kinds() -> None:
    """Numbers are numeric, truth values and texts are categorical, None is nothing."""
    given_ = {"age": 25, "spent": 1.5, "vip": True, "new": False, "country": "GB", "city": None}
    found = split(given_)
    assert found.numeric == {"age": 25, "spent": 1.5}
    assert found.categorical == {"vip": "true", "new": "false", "country": "GB"}


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (float("nan"), None),
        (float("inf"), None),
        (10**400, None),
        (2**53, 2**53),
        (2**53 + 1, float(2**53)),
        (Decimal("2.5"), 2.5),
        (Decimal("sNaN"), None),
        (Fraction(1, 4), 0.25),
        (Colour.RED, 3),
        (Rude(), None),
        (-0.5, -0.5),
    ],
)
def test_numbers(value: Any, shown: float | None) -> None:
    """A number is shown as JSON has it, and as null where JSON has none."""
    assert split({"n": value}).numeric == {"n": shown}
    assert type(number(value)) in {int, float, type(None)}


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ([1, "a"], "[1, 'a']"),
        ({"x": 1}, "{'x': 1}"),
        (b"raw", "b'raw'"),
        ("\ud800", "?"),
        ("x" * 10_000, "x" * LONGEST),
        (object, "<class 'object'>"),
    ],
)
def test_what_is_no_json(value: Any, shown: str) -> None:
    """Anything else is shown as text, cut, and such that UTF-8 can hold it."""
    assert split({"a": value}).categorical == {"a": shown}


def test_objects_that_cannot_be_shown() -> None:
    """An object that fails to become text is shown as its kind."""
    assert text(Rude()) == "<Rude>"


def test_names_and_mappings() -> None:
    """Names become text, any mapping will do, and there is a largest number of attributes."""
    odd: Any = UserDict({1: 2, None: "x"})
    assert split(odd) == ({"1": 2}, {"None": "x"})
    many = split({str(n): n for n in range(10 * MOST)})
    assert len(many.numeric) == MOST


VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(),
    st.binary(),
    st.decimals(),
    st.fractions(),
    st.dates(),
    st.lists(st.integers()),
    st.complex_numbers(),
)


@given(st.dictionaries(st.one_of(st.text(), st.integers(), st.none()), VALUES))
def test_whatever_an_app_gives(attributes: dict[Any, Any]) -> None:
    """Any attributes become JSON that every reader of RFC 8259 reads back as it was."""
    found = split(attributes)._asdict()
    assert json.loads(json.dumps(found, allow_nan=False).encode()) == found
