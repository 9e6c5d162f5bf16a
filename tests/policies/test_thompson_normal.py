"""Thompson sampling with Normal posteriors."""

from __future__ import annotations

import math
import random
from collections import Counter

import pytest

from banditware.policies import moments
from banditware.policies.thompson_normal import ThompsonNormal
from tests.policies import cases


def test_shares_are_those_of_drawing_from_the_posteriors() -> None:
    """20,000 draws from N((mu0 + s)/(1 + n), variance/(1 + n)) agree with the vector."""
    known = cases.rewarded([5, -3, 9, 4], [2, 8], [1, 1, 0, 3, 2], [])
    deviation = math.sqrt(moments.pooled_variance(known))
    pooled = moments.pooled_mean(known)
    generator = random.Random(1934)
    draws = 20_000
    found: Counter[int] = Counter()
    for _ in range(draws):
        means = [
            generator.gauss((pooled + s) / (1 + n), deviation / math.sqrt(1 + n))
            for s, n in zip(known.sums, known.pulls, strict=True)
        ]
        found[means.index(max(means))] += 1
    for arm, share in enumerate(ThompsonNormal(floor=0.0).probabilities(known)):
        assert found[arm] / draws == pytest.approx(share, abs=0.015)


def test_two_arms_equal_phi() -> None:
    """Two arms of the same age: Phi of the difference of posterior means over its deviation."""
    known = cases.rewarded([1.0, 2.0, 3.0], [2.0, 4.0, 3.0])
    deviation = math.sqrt(moments.pooled_variance(known))
    difference = (9.0 - 6.0) / 4.0
    wanted = 0.5 * math.erfc(difference / (deviation * math.sqrt(2 / 4)) / math.sqrt(2))
    assert ThompsonNormal(floor=0.0).probabilities(known)[0] == pytest.approx(wanted, abs=1e-9)


def test_rewards_without_variance_are_ties() -> None:
    """If all rewards are equal, all arms share, the ones without pulls too."""
    vector = ThompsonNormal().probabilities(cases.rewarded([7.7] * 3, [7.7] * 40, []))
    assert vector == pytest.approx([1 / 3] * 3, abs=1e-15)


def test_an_arm_with_one_reward_borrows_the_variance() -> None:
    """An unlucky first reward is not held for certain: the arm keeps a real share."""
    vector = ThompsonNormal(floor=0.0).probabilities(
        cases.rewarded([0.0], [3.0, 0.0, 5.0, 1.0], [4.0, 0.0, 1.0, 2.0])
    )
    assert vector[0] > 0.1


def test_a_heavier_prior_shares_more_evenly() -> None:
    """`prior_pulls` draws all arms to the pooled mean."""
    known = cases.rewarded([5.0, 6.0, 5.5], [1.0, 2.0, 1.5])
    light, heavy = (
        ThompsonNormal(prior_pulls=weight, floor=0.0).probabilities(known) for weight in (1, 1000)
    )
    assert light[0] > heavy[0] > 0.5
