"""Means and variances of real rewards."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from banditware.policies import moments
from tests.policies import cases

rewards = st.lists(st.floats(-100, 100), max_size=20)


def test_an_arm_without_pulls_has_the_pooled_mean() -> None:
    """Means are sums over pulls; a cold arm stands where all arms stand together."""
    assert moments.means(cases.rewarded([1, 3], [], [5, 5, 1])) == (2.0, 3.0, 11 / 3)


@given(arms=st.lists(rewards, min_size=1, max_size=5).filter(any))
def test_variance_is_pooled_within_arms(arms: list[list[float]]) -> None:
    """The pooled variance is what numpy finds, with one observation of the overall variance."""
    warm = [np.array(arm) for arm in arms if arm]
    total = np.concatenate(warm)
    within = sum(((arm - arm.mean()) ** 2).sum() for arm in warm)
    wanted = (within + total.var()) / (len(total) - len(warm) + 1)
    found = moments.pooled_variance(cases.rewarded(*arms))
    assert found == pytest.approx(wanted, rel=1e-6, abs=1e-8)


def test_variance_is_zero_only_if_all_rewards_are_equal() -> None:
    """Equal rewards have no variance, however they are added up; arms that differ do have some."""
    assert moments.pooled_variance(cases.rewarded([0.1] * 10, [0.1] * 33)) == 0.0
    assert moments.pooled_variance(cases.rewarded([1.0], [0.0])) == 0.25
    assert moments.pooled_variance(cases.rewarded([1.0, 1.0], [0.0])) > 0.0


def test_matured_pulls_below_the_counts_give_no_negative_variance() -> None:
    """Sums of squares that fall below the squared sum over pulls count as zero."""
    known = cases.statistics([(0.5, 1.0, 1.0, 1.0, 0.0), (4.0, 1.0, 1.0, 1.0, 0.0)])
    assert moments.pooled_variance(known) >= 0.0
