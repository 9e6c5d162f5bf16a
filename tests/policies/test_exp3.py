"""EXP3."""

from __future__ import annotations

import math

import pytest

from banditware.policies.exp3 import Exp3
from tests.policies import cases


def test_shares_grow_with_weighted_rewards() -> None:
    """(1 - gamma) * exp(gamma/K * S) over the sum, and gamma/K."""
    known = cases.statistics([(5, 2, 2, 2, 30.0), (5, 1, 1, 1, 10.0)])
    weights = [math.exp(0.3 / 2 * 30.0), math.exp(0.3 / 2 * 10.0)]
    wanted = [0.7 * weight / sum(weights) + 0.15 for weight in weights]
    assert Exp3(gamma=0.3).probabilities(known) == pytest.approx(wanted)


def test_the_floor_is_the_least_gamma() -> None:
    """Exploration is the larger of gamma and floor; the rate of learning stays gamma's."""
    known = cases.statistics([(5, 2, 2, 2, 1e9), (5, 1, 1, 1, 0.0)])
    assert Exp3(gamma=0.001, floor=0.02).probabilities(known) == pytest.approx([0.99, 0.01])
    assert Exp3(gamma=0.2, floor=0.02).probabilities(known) == pytest.approx([0.9, 0.1])
