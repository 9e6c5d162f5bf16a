"""UCB-tuned."""

from __future__ import annotations

import math

import pytest

from banditware.policies import ucb_tuned


def test_the_bonus_heeds_the_variance() -> None:
    """Where the bound of the variance is below 1/4, the bonus is that much smaller."""
    variance = 0.01 * 0.99 + math.sqrt(2 * 7.0 / 5000)
    wanted = 0.01 + math.sqrt(7.0 / 5000 * variance)
    assert variance < 0.25
    assert ucb_tuned.index(0.01, 5000.0, 7.0) == pytest.approx(wanted)


def test_the_variance_of_a_reward_is_at_most_a_quarter() -> None:
    """With few pulls, the bonus is sqrt(log t / 4n)."""
    assert ucb_tuned.index(0.5, 2.0, 8.0) == pytest.approx(1.5)
