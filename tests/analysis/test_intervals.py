"""Intervals of a mean: known values, edges, and that they hold whenever one looks."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special

from banditware.analysis.intervals import interval
from banditware.policies.thompson import Thompson
from tests.analysis.playing import played

COUNTS = st.floats(0, 1e12) | st.integers(0, 1000).map(float)


def test_the_golden_value() -> None:
    """A hundred successes in a thousand pulls leave 6.88 % to 13.84 %."""
    assert interval(1000, 100) == pytest.approx((0.0688, 0.1384), abs=5e-5)


@pytest.mark.parametrize(
    ("pulls", "successes", "wanted"),
    [
        (0, 0, (0.0, 1.0)),
        (10, 0, (0.0, 1 - (0.05 / 11) ** 0.1)),
        (10, 10, ((0.05 / 11) ** 0.1, 1.0)),
        (10, 12, ((0.05 / 11) ** 0.1, 1.0)),
    ],
)
def test_edges_are_closed_forms(
    pulls: float, successes: float, wanted: tuple[float, float]
) -> None:
    """Without successes or failures the end is known exactly, and more successes count as all."""
    assert interval(pulls, successes) == pytest.approx(wanted, rel=1e-12)


@given(COUNTS, st.floats(0, 1), st.floats(1e-6, 0.5))
def test_it_holds_the_mean_and_ends_where_the_likelihood_says(
    pulls: float, share: float, alpha: float
) -> None:
    """Whatever the counts: ends are ordered in [0, 1], hold s/n, and lie on the boundary."""
    successes = pulls * share
    low, high = interval(pulls, successes, alpha)
    mean = successes / pulls if pulls else 0.5
    assert 0.0 <= low <= mean <= high <= 1.0
    if 1 <= pulls <= 1e6:
        failures = pulls - successes
        edge = math.log(alpha) + special.betaln(1 + successes, 1 + failures)
        for end in (low, high):
            if 1e-9 < end < 1 - 1e-9:
                there = successes * math.log(end) + failures * math.log1p(-end)
                assert there == pytest.approx(edge, rel=1e-6, abs=1e-6)


@given(st.floats(0, 1), st.integers(1, 10**6), st.floats(1.01, 1000))
def test_it_shrinks_with_pulls_at_the_same_rate(share: float, pulls: int, times: float) -> None:
    """More pulls at the same rate leave less."""
    few, many = interval(pulls, pulls * share), interval(pulls * times, pulls * times * share)
    assert few[0] <= many[0] + 1e-9
    assert many[1] <= few[1] + 1e-9


@pytest.mark.parametrize("wrong", [(-1, 0), (1, -1), (math.nan, 0), (1, math.inf)])
def test_counts_that_are_none(wrong: tuple[float, float]) -> None:
    """Counts below zero or not finite are refused."""
    with pytest.raises(ValueError, match="counts must be finite"):
        interval(*wrong)


@pytest.mark.parametrize("alpha", [0.0, 1.0, math.nan])
def test_a_level_that_is_none(alpha: float) -> None:
    """A level is between 0 and 1."""
    with pytest.raises(ValueError, match="alpha"):
        interval(1, 1, alpha)


def test_it_is_never_wrong_more_often_than_it_says_under_an_adaptive_policy() -> None:
    """Looked at after every refresh of a Thompson experiment, few intervals ever miss."""
    rates = (0.1, 0.12)
    missed = 0
    for seed in range(60):
        looks = played(Thompson(), rates, random.Random(seed), refreshes=30, batch=100)
        missed += any(
            not low <= rate <= high
            for seen in looks
            for rate, n, s in zip(rates, seen.pulls, seen.successes, strict=True)
            for low, high in [interval(n, s)]
        )
    assert missed <= 6
