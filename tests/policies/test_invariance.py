"""Policies for real rewards do not care for their unit."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from banditware.model import Policy
from banditware.policies.annealing_epsilon_greedy import AnnealingEpsilonGreedy
from banditware.policies.annealing_softmax import AnnealingSoftmax
from banditware.policies.epsilon_greedy import EpsilonGreedy
from banditware.policies.softmax import Softmax
from banditware.policies.thompson_normal import ThompsonNormal
from tests.policies import cases

POLICIES: tuple[Policy, ...] = (
    AnnealingEpsilonGreedy(),
    AnnealingSoftmax(),
    EpsilonGreedy(),
    Softmax(),
    ThompsonNormal(),
)

histories = st.lists(st.lists(st.integers(-20, 20), max_size=25), min_size=2, max_size=5).filter(
    any
)


@pytest.mark.parametrize("policy", POLICIES, ids=cases.label)
@settings(deadline=None, max_examples=60)
@given(arms=histories, factor=st.floats(0.01, 1e4), shift=st.floats(-100, 100))
def test_scaled_and_shifted_rewards_give_the_same_vector(
    policy: Policy, arms: list[list[int]], factor: float, shift: float
) -> None:
    """Rewards r and factor * (r + shift) lead to the same probabilities, to 1e-9."""
    moved = [[factor * (reward + shift) for reward in rewards] for rewards in arms]
    plain = policy.probabilities(cases.rewarded(*arms))
    assert policy.probabilities(cases.rewarded(*moved)) == pytest.approx(plain, abs=1e-9)
