"""A split set by hand."""

from __future__ import annotations

import math

import pytest

from banditware.model import Statistics
from banditware.policies.fixed import Fixed

ARMS = ("blue", "green", "red")


def test_shares_are_weights_over_their_sum() -> None:
    """Weights in any unit, in any order, before and after pulls."""
    policy = Fixed({"red": 1, "blue": 6, "green": 3})
    assert policy.probabilities(Statistics.empty(ARMS)) == pytest.approx([0.6, 0.3, 0.1])


def test_without_weights_the_split_is_even() -> None:
    """No weights: equal shares."""
    assert Fixed().probabilities(Statistics.empty(ARMS)) == (1 / 3,) * 3


def test_weights_of_any_size_are_shares() -> None:
    """Huge weights do not overflow."""
    vector = Fixed({"blue": 1e308, "green": 1e308, "red": 1e308}).probabilities(
        Statistics.empty(ARMS)
    )
    assert math.fsum(vector) == pytest.approx(1.0, abs=1e-12)


def test_arms_without_weights_share_evenly_if_nobody_has_one() -> None:
    """If all active arms are unknown to the weights, they share evenly rather than fail."""
    assert Fixed({"gone": 1}).probabilities(Statistics.empty(ARMS)) == (1 / 3,) * 3


def test_weights_are_copied() -> None:
    """Changing the mapping afterwards does not change the policy."""
    weights = {"blue": 1.0, "green": 1.0, "red": 0.0}
    policy = Fixed(weights)
    weights["red"] = 8.0
    assert policy.probabilities(Statistics.empty(ARMS)) == (0.5, 0.5, 0.0)


def test_weights_must_fit_the_arms() -> None:
    """A weight for no arm and an arm without weight are told apart, with the mend."""
    Fixed({"blue": 1, "green": 2, "red": 0}).check_arms(ARMS)
    Fixed().check_arms(ARMS)
    with pytest.raises(ValueError, match=r"weights.rad is for no arm; did you mean 'red'\?"):
        Fixed({"blue": 1, "green": 1, "rad": 1}).check_arms(ARMS)
    with pytest.raises(ValueError, match=r"weights must name every arm: add green, red \(0 gives"):
        Fixed({"blue": 1}).check_arms(ARMS)
