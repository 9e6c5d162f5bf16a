"""UCB1."""

from __future__ import annotations

import math
import random

import pytest

from banditware.policies.ucb1 import Ucb1
from tests.policies import cases


def test_the_index_is_mean_and_bonus() -> None:
    """The paper's index: mean + sqrt(2 log t / n)."""
    assert Ucb1().index(0.5, 8.0, 4.0) == 1.5
    assert Ucb1(alpha=0.5).index(0.5, 8.0, 4.0) == 1.0


@pytest.mark.filterwarnings("ignore::Warning")
def test_the_index_equals_mabwiser() -> None:
    """On a random history of 500 rewards, UCB1(1.25) has MABWiser's indices and its choice."""
    from mabwiser.mab import MAB, LearningPolicy  # noqa: PLC0415  # it warns when imported

    generator = random.Random(502)
    arms = ["arm-000", "arm-001", "arm-002"]
    decisions = [generator.choice(arms) for _ in range(500)]
    rewards = [int(generator.random() < 0.3 + 0.1 * arms.index(arm)) for arm in decisions]
    theirs = MAB(arms, LearningPolicy.UCB1(alpha=1.25), seed=1)
    theirs.fit(decisions, rewards)
    expectations = theirs.predict_expectations()
    pulls = [decisions.count(arm) for arm in arms]
    sums = [sum(r for d, r in zip(decisions, rewards, strict=True) if d == arm) for arm in arms]
    policy = Ucb1(alpha=1.25, floor=0.0)
    for arm, n, s in zip(arms, pulls, sums, strict=True):
        found = policy.index(s / n, float(n), math.log(500))
        assert found == pytest.approx(expectations[arm], abs=1e-15)
    vector = policy.probabilities(cases.coins(*zip(pulls, sums, strict=True)))
    assert arms[vector.index(1.0)] == theirs.predict()
