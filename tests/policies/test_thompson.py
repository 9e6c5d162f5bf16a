"""Thompson sampling with Beta posteriors."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banditware.policies import best, thompson
from banditware.policies.thompson import Thompson
from tests.policies import cases


def test_the_prior_is_uniform_without_data() -> None:
    """No pulls: Beta(1, 1)."""
    assert thompson.prior(cases.coins((0, 0), (0, 0))) == (1.0, 1.0)


@given(pulls=st.floats(0, 1e12), rate=st.floats(0, 1.5))
def test_the_smaller_parameter_of_the_prior_is_one(pulls: float, rate: float) -> None:
    """The prior's mean is the pooled mean, and min(a, b) is 1, for any counts."""
    successes = pulls * rate
    a, b = thompson.prior(cases.coins((pulls, successes)))
    assert min(a, b) == 1.0
    if rate <= 1:
        assert a / (a + b) == pytest.approx((successes + 0.5) / (pulls + 1.0), rel=1e-9)


def test_fractional_rewards_are_part_success_part_failure() -> None:
    """A reward of 0.3 adds 0.3 to a and 0.7 to b."""
    known = cases.coins((1, 0.3), (0, 0))
    (a, b), (a0, b0) = thompson.posteriors(known)
    assert a - a0 == pytest.approx(0.3)
    assert b - b0 == pytest.approx(0.7)


def test_more_rewards_than_pulls_leave_the_failures_at_zero() -> None:
    """Rewards that arrived before their pulls do not make b smaller than the prior's."""
    known = cases.coins((3, 5), (10, 5))
    _, b0 = thompson.prior(known)
    assert thompson.posteriors(known)[0][1] == b0


def test_a_late_arm_gets_a_fair_first_share() -> None:
    """A new arm beside three with 10,000 pulls at 5 % starts with 20 to 50 % of the traffic."""
    known = cases.coins((10_000, 500), (10_000, 480), (10_000, 450), (0, 0))
    assert 0.2 <= Thompson().probabilities(known)[3] <= 0.5


@pytest.mark.parametrize(("a", "b", "share"), [(1, 1, 0.949), (0.1, 1.9, 0.193), (1, 19, 0.374)])
def test_the_prior_decides_about_a_late_arm(a: float, b: float, share: float) -> None:
    """A uniform prior hands a new arm nearly everything, two pulls at the base rate too little."""
    incumbents = [(a + s, b + 10_000 - s) for s in (500, 480, 450)]
    assert best.of_betas([*incumbents, (a, b)])[3] == pytest.approx(share, abs=5e-4)


def test_shares_are_those_of_drawing_from_the_posteriors() -> None:
    """20,000 draws from the posteriors name the best as often as the vector says."""
    known = cases.coins((40, 6), (30, 3), (50, 8))
    generator = random.Random(1933)
    posteriors = thompson.posteriors(known)
    draws = 20_000
    found: Counter[int] = Counter()
    for _ in range(draws):
        rates = [generator.betavariate(a, b) for a, b in posteriors]
        found[rates.index(max(rates))] += 1
    for arm, share in enumerate(thompson.best_arm(known)):
        assert found[arm] / draws == pytest.approx(share, abs=0.015)
