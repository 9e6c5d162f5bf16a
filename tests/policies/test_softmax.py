"""Softmax."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banditware.policies import moments
from banditware.policies.softmax import Softmax, boltzmann, standard_error
from tests.policies import cases


def test_the_temperature_is_the_standard_error_of_a_mean() -> None:
    """Two arms whose means differ by one temperature get shares in the ratio e."""
    known = cases.coins((100, 50), (100, 45))
    temperature = math.sqrt(moments.pooled_variance(known) * 2 / 200)
    assert standard_error(known) == temperature
    policy = Softmax(c=0.05 / temperature, floor=0.0)
    first, second = policy.probabilities(known)
    assert first / second == pytest.approx(math.e)


def test_rewards_that_never_vary_leave_ties() -> None:
    """With no variance there is no temperature, and arms that tie share."""
    assert Softmax().probabilities(cases.rewarded([2.0] * 5, [2.0] * 3, [])) == (1 / 3,) * 3


@given(size=st.floats(-1e300, 1e300))
def test_rewards_of_any_size_do_not_overflow(size: float) -> None:
    """The classic temperature takes rewards of any size."""
    policy = Softmax(compat=True, temperature=1e-3, floor=0.0)
    vector = policy.probabilities(cases.statistics([(1, 0, size, 0, 0), (1, 0, -size, 0, 0)]))
    assert math.fsum(vector) == pytest.approx(1.0)


@pytest.mark.filterwarnings("ignore::Warning")
def test_the_classic_temperature_equals_mabwiser() -> None:
    """On a random history of 500 rewards, shares at temperature 0.1 are MABWiser's."""
    from mabwiser.mab import MAB, LearningPolicy  # noqa: PLC0415  # it warns when imported

    generator = random.Random(501)
    arms = ["arm-000", "arm-001", "arm-002", "arm-003"]
    decisions = [generator.choice(arms) for _ in range(500)]
    rewards = [round(generator.random() * (1 + arms.index(arm)), 3) for arm in decisions]
    theirs = MAB(arms, LearningPolicy.Softmax(tau=0.1), seed=1)
    theirs.fit(decisions, rewards)
    expectations = theirs._imp.arm_to_expectation
    known = cases.rewarded(
        *([r for d, r in zip(decisions, rewards, strict=True) if d == arm] for arm in arms)
    )
    wanted = [expectations[arm] for arm in arms]
    assert boltzmann(known, 0.1) == pytest.approx(wanted, rel=1e-12)
    policy = Softmax(compat=True, temperature=0.1, floor=0.0)
    assert policy.probabilities(known) == pytest.approx(wanted, rel=1e-12)
