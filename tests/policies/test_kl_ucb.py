"""KL-UCB."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banditware.policies import kl_ucb


@given(
    mean=st.just(0.0) | st.floats(1e-9, 1),
    pulls=st.floats(0.01, 1e9),
    logarithm=st.floats(0.01, 25),
)
def test_the_index_solves_its_equation(mean: float, pulls: float, logarithm: float) -> None:
    """The index solves n * KL(mean, index) = log t, to the precision of the halvings."""
    found = kl_ucb.index(mean, pulls, logarithm)
    assert mean <= found <= 1.0
    slack = max(1e-4 * (found - mean), 1e-15)
    assert kl_ucb.divergence(mean, found) * pulls <= logarithm * (1 + 1e-9)
    if found + slack < 1.0:
        assert kl_ucb.divergence(mean, found + slack) * pulls >= logarithm * (1 - 1e-6)


def test_without_pulls_to_compare_the_index_is_the_mean() -> None:
    """At t = 1 there is no bonus."""
    assert kl_ucb.index(0.3, 1.0, 0.0) == 0.3


@pytest.mark.parametrize(
    ("mean", "other", "wanted"),
    [
        (0.5, 0.25, 0.5 * math.log(2) + 0.5 * math.log(2 / 3)),
        (0.0, 0.5, math.log(2)),
        (1.0, 0.5, math.log(2)),
        (0.3, 0.3, 0.0),
        (0.5, 1.0, math.inf),
        (1.0, 1.0, 0.0),
    ],
)
def test_the_divergence_of_coins(mean: float, other: float, wanted: float) -> None:
    """The Kullback-Leibler divergence, with the usual limits at 0 and 1."""
    assert kl_ucb.divergence(mean, other) == pytest.approx(wanted, abs=1e-15)
