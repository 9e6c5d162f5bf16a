"""Epsilon-greedy."""

from __future__ import annotations

import random

import pytest

from banditware.policies.epsilon_greedy import EpsilonGreedy
from tests.policies import cases


def test_the_highest_mean_gets_all_but_epsilon() -> None:
    """eps/K + (1 - eps) for the best arm, eps/K for the others."""
    vector = EpsilonGreedy(epsilon=0.2).probabilities(cases.coins((10, 1), (10, 5), (10, 4)))
    assert vector == pytest.approx([0.2 / 3, 0.2 / 3 + 0.8, 0.2 / 3], abs=1e-15)


def test_ties_share() -> None:
    """Arms with the same mean share what does not explore, whatever their pulls."""
    vector = EpsilonGreedy(epsilon=0.2).probabilities(cases.coins((10, 3), (20, 6), (10, 1)))
    assert vector == pytest.approx([0.2 / 3 + 0.4, 0.2 / 3 + 0.4, 0.2 / 3], abs=1e-15)


def test_the_floor_is_the_least_epsilon() -> None:
    """Exploration is the larger of epsilon and floor, not their sum."""
    known = cases.coins((10, 1), (10, 5))
    assert EpsilonGreedy(epsilon=0.0).probabilities(known) == pytest.approx([0.01, 0.99])
    assert EpsilonGreedy(epsilon=0.3).probabilities(known) == pytest.approx([0.15, 0.85])
    assert EpsilonGreedy(epsilon=0.0, floor=0.0).probabilities(known) == (0.0, 1.0)


def test_rewards_may_be_negative() -> None:
    """The least loss wins, and an arm without pulls is not the best for having lost nothing."""
    vector = EpsilonGreedy(epsilon=0.0, floor=0.0).probabilities(
        cases.rewarded([-5, -7], [-1, -2], [])
    )
    assert vector == (0.0, 1.0, 0.0)


@pytest.mark.filterwarnings("ignore::Warning")
def test_means_equal_mabwiser() -> None:
    """On a random history of 500 rewards, the greedy arm and the means are MABWiser's."""
    from mabwiser.mab import MAB, LearningPolicy  # noqa: PLC0415  # it warns when imported

    from banditware.policies import moments  # noqa: PLC0415

    generator = random.Random(500)
    arms = ["arm-000", "arm-001", "arm-002"]
    decisions = [generator.choice(arms) for _ in range(500)]
    rewards = [int(generator.random() < 0.3 + 0.1 * arms.index(arm)) for arm in decisions]
    theirs = MAB(arms, LearningPolicy.EpsilonGreedy(epsilon=0.0), seed=1)
    theirs.fit(decisions, rewards)
    known = cases.rewarded(
        *([r for d, r in zip(decisions, rewards, strict=True) if d == arm] for arm in arms)
    )
    expectations = theirs.predict_expectations()
    assert moments.means(known) == pytest.approx([expectations[arm] for arm in arms], abs=1e-16)
    vector = EpsilonGreedy(epsilon=0.0, floor=0.0).probabilities(known)
    assert arms[vector.index(1.0)] == theirs.predict()
