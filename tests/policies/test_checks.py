"""Checks of parameters."""

from __future__ import annotations

import math

import pytest

from banditware.policies import checks


@pytest.mark.parametrize("good", [0, 0.02, 1])
def test_a_share_is_from_0_to_1(good: float) -> None:
    """Both ends are shares."""
    checks.share("floor", good)


@pytest.mark.parametrize("bad", [-1e-9, 1.0000001, math.nan, math.inf])
def test_anything_else_is_no_share(bad: float) -> None:
    """What is outside is refused with the parameter's name."""
    with pytest.raises(ValueError, match="floor must be between 0 and 1, not "):
        checks.share("floor", bad)


@pytest.mark.parametrize("bad", [0.0, -1.0, math.nan, math.inf])
def test_a_factor_is_positive_and_finite(bad: float) -> None:
    """Zero, negative numbers, infinity and NaN are refused with the parameter's name."""
    checks.above_zero("c", 1e-300)
    with pytest.raises(ValueError, match="c must be a finite number above 0, not "):
        checks.above_zero("c", bad)


def test_a_temperature_belongs_to_compat() -> None:
    """A temperature without `compat` is refused with the ways out."""
    checks.no_temperature(None)
    with pytest.raises(ValueError, match=r"needs compat: true; leave it out, or use c"):
        checks.no_temperature(0.1)
