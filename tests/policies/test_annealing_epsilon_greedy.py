"""Epsilon-greedy with a shrinking epsilon."""

from __future__ import annotations

import math

import pytest

from banditware.policies.annealing_epsilon_greedy import AnnealingEpsilonGreedy, white_logarithm
from tests.policies import cases


@pytest.mark.parametrize(
    ("pulls", "epsilon"), [(1, 1.0), (5, 1.0), (10, 0.5), (50, 0.1), (10_000, 0.02)]
)
def test_exploration_shrinks_with_the_pulls(pulls: int, epsilon: float) -> None:
    """The share that explores is min(1, 5K/t), but never below the floor."""
    known = cases.coins((pulls, pulls), (pulls, 0))
    vector = AnnealingEpsilonGreedy().probabilities(known)
    assert vector == pytest.approx([1 - epsilon / 2, epsilon / 2], abs=1e-15)


@pytest.mark.parametrize("pulls", [1, 10, 1_000])
def test_compat_has_the_schedule_of_white(pulls: int) -> None:
    """With `compat`, the share that explores is min(1, 1/log(t + 1e-7)), t one more than pulls."""
    known = cases.coins((pulls, pulls), (pulls, 0))
    epsilon = min(1.0, 1.0 / math.log(2 * pulls + 1 + 1e-7))
    vector = AnnealingEpsilonGreedy(compat=True).probabilities(known)
    assert vector == pytest.approx([1 - epsilon / 2, epsilon / 2], abs=1e-15)


def test_the_logarithm_of_white_is_positive_from_the_start() -> None:
    """Without pulls the logarithm is that of 1.0000001: small, but above zero."""
    assert white_logarithm(0.0) == pytest.approx(1e-7, rel=1e-6)
