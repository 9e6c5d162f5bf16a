"""What a value of an attribute means."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from banditware.contextual import attributes


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (3, 3.0),
        (Decimal("9.90"), 9.9),
        (Fraction(1, 4), 0.25),
        (np.int64(7), 7.0),
        (np.float32(0.5), 0.5),
        (Decimal("NaN"), None),
        (Decimal("sNaN"), None),
        (Decimal("1e400"), None),
        (1j, None),
        (-2.5, -2.5),
        ("35", 35.0),
        (" 1.5e3 ", 1500.0),
        ("+.5", 0.5),
        ("5.", 5.0),
        (True, None),
        (None, None),
        ("", None),
        ("abc", None),
        ("nan", None),
        ("inf", None),
        ("1_000", None),
        ("٣", None),
        ("1" * 10_000, None),
        (math.nan, None),
        (math.inf, None),
        (-math.inf, None),
        (1e76, None),
        (10**400, None),
        ([1], None),
        ({"a": 1}, None),
        (object(), None),
    ],
)
def test_numbers(value: object, number: float | None) -> None:
    """Finite numbers, and text that is one; everything else is missing."""
    assert attributes.number_in(value) == number


@pytest.mark.parametrize(
    ("value", "level"),
    [
        ("GB", "GB"),
        ("", ""),
        (True, "true"),
        (False, "false"),
        (303, "303"),
        (42.0, "42"),
        (-0.25, "-0.25"),
        (1e21, "1" + "0" * 21),
        (1.5e17, "150000000000000000"),
        (1e-7, "0.0000001"),
        (-2.5e-8, "-0.000000025"),
        (None, None),
        (math.nan, None),
        (math.inf, None),
        ([], None),
    ],
)
def test_levels(value: object, level: str | None) -> None:
    """The text of a level is what Eppo's SDKs take it for."""
    assert attributes.level_in(value) == level


def test_kinds() -> None:
    """Text and booleans are categorical, numbers numeric, the rest is missing."""
    assert [attributes.kind_of(value) for value in ("35", True, 35, 3.5)] == [
        "categorical",
        "categorical",
        "numeric",
        "numeric",
    ]
    assert {attributes.kind_of(value) for value in (None, math.nan, [1], b"x")} == {None}
