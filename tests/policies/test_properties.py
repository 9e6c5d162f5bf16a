"""What holds for every policy, whatever it knows."""

from __future__ import annotations

import math
import random
from bisect import bisect
from collections import Counter
from itertools import accumulate

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from banditware.model import Policy, Statistics
from tests.policies import cases


def floor(policy: Policy) -> float:
    """Return the share of the traffic that the policy promises to spread evenly."""
    own = getattr(policy, "floor", 0.0)
    return max(own, getattr(policy, "epsilon", 0.0), getattr(policy, "gamma", 0.0))


every_policy = pytest.mark.parametrize("policy", cases.EVERY, ids=cases.label)
learning_policies = pytest.mark.parametrize(
    "policy",
    [policy for policy in cases.LEARNING if floor(policy) < 1.0],
    ids=cases.label,
)


@every_policy
@settings(deadline=None, max_examples=60)
@given(known=cases.many_statistics())
def test_a_vector_is_a_distribution_over_the_arms(policy: Policy, known: Statistics) -> None:
    """Probabilities are as many as arms, sum to 1, and none is below the floor over K."""
    vector = policy.probabilities(known)
    arms = len(known.arms)
    assert len(vector) == arms
    assert abs(math.fsum(vector) - 1.0) <= 1e-12
    least = floor(policy) / arms
    assert all(least * (1 - 1e-12) <= share <= 1.0 + 1e-12 for share in vector)


@every_policy
@settings(deadline=None, max_examples=40)
@given(known=cases.many_statistics(2), data=st.data())
def test_a_vector_follows_its_arms(policy: Policy, known: Statistics, data: st.DataObject) -> None:
    """Arms that swap their numbers swap their probabilities, to the last bit."""
    order = data.draw(st.permutations(range(len(known.arms))))
    moved = policy.probabilities(cases.arranged(known, order))
    vector = policy.probabilities(known)
    assert moved == tuple(vector[position] for position in order)


@every_policy
@settings(deadline=None, max_examples=40)
@given(known=cases.many_statistics(1, 4), data=st.data())
def test_equal_arms_get_equal_shares(
    policy: Policy, known: Statistics, data: st.DataObject
) -> None:
    """Two arms with the same numbers have the same probability, to the last bit."""
    arms = len(known.arms)
    twin = data.draw(st.integers(0, arms - 1))
    vector = policy.probabilities(cases.arranged(known, [*range(arms), twin]))
    assert vector[twin] == vector[arms]


@every_policy
@pytest.mark.parametrize("arms", [1, 2, 3, 7, 101])
def test_without_pulls_all_arms_share_evenly(policy: Policy, arms: int) -> None:
    """Zero pulls everywhere: the even split."""
    names = tuple(f"arm-{number:03}" for number in range(arms))
    vector = policy.probabilities(Statistics.empty(names))
    assert vector == (1.0 / arms,) * arms


@every_policy
def test_a_single_arm_gets_everything(policy: Policy) -> None:
    """One arm: probability 1, exactly."""
    assert policy.probabilities(cases.coins((50, 3))) == (1.0,)


@every_policy
def test_all_scores_tie(policy: Policy) -> None:
    """Arms that earned the same share evenly."""
    assert policy.probabilities(cases.coins((70, 7), (70, 7), (70, 7))) == pytest.approx(
        [1 / 3] * 3, abs=1e-15
    )


@every_policy
def test_rewards_that_arrive_before_their_pulls(policy: Policy) -> None:
    """More successes than pulls, even with no pull at all, still give a distribution."""
    vector = policy.probabilities(cases.coins((10, 12), (0, 2), (10, 1)))
    assert math.fsum(vector) == pytest.approx(1.0, abs=1e-12)
    assert min(vector) >= 0.0


@every_policy
def test_more_than_a_hundred_arms(policy: Policy) -> None:
    """120 arms, each with its own numbers: every one keeps its floor, and the sum is 1."""
    generator = random.Random(120)
    arms = [
        (n := generator.randrange(1, 10_000), generator.randrange(0, n + 1)) for _ in range(120)
    ]
    vector = policy.probabilities(cases.coins(*arms, batch=500.0))
    assert math.fsum(vector) == pytest.approx(1.0, abs=1e-12)
    assert min(vector) >= floor(policy) / 120 * (1 - 1e-12)


@learning_policies
def test_an_arm_that_earns_most_gets_most(policy: Policy) -> None:
    """A clear winner among old arms has the highest probability."""
    vector = policy.probabilities(cases.coins((5000, 900), (5000, 2500), (5000, 1000)))
    assert max(vector) == vector[1]
    assert vector[1] > vector[0]


@learning_policies
def test_a_new_arm_is_tried(policy: Policy) -> None:
    """An arm without pulls gets more than its floor beside old arms that earn the same.

    With the classic, cold temperatures and for the greedy ones, that is a tie with the pooled mean.
    """
    vector = policy.probabilities(cases.coins((1000, 50), (1000, 50), (0, 0), batch=100.0))
    if policy.name == "exp3":
        assert vector[2] >= floor(policy) / 3
    else:
        assert vector[2] >= 0.1


@every_policy
def test_draws_follow_the_vector(policy: Policy) -> None:
    """100,000 draws agree with the vector by a chi-square test, and 1/p weighs them to 1."""
    known = cases.coins((90, 9), (100, 14), (80, 6), (120, 13), batch=50.0)
    vector = policy.probabilities(known)
    cumulative = list(accumulate(vector))
    generator = random.Random(f"draws of {policy!r}")
    draws = 100_000
    found = Counter(bisect(cumulative, generator.random()) for _ in range(draws))
    possible = [arm for arm, share in enumerate(vector) if share > 0]
    assert set(found) <= set(possible)
    if len(possible) > 1:
        chi_square = sum(
            (found[arm] - draws * vector[arm]) ** 2 / (draws * vector[arm]) for arm in possible
        )
        assert stats.chi2.sf(chi_square, len(possible) - 1) > 1e-4
    for arm in possible:
        mean = found[arm] / vector[arm] / draws
        assert abs(mean - 1.0) <= 5 * math.sqrt((1 / vector[arm] - 1) / draws) + 1e-9
