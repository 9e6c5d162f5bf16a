"""Evidence that one arm is better: seldom wrong whenever one looks, and found where it is true."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banditware.analysis.contrasts import Betting, evidence
from banditware.policies.thompson import Thompson
from banditware.policies.uniform import Uniform
from tests.analysis.playing import played

PROOF = math.log(20)


def test_nothing_was_counted() -> None:
    """Without pulls there is no evidence."""
    assert evidence((0, 0), (0, 0)) == 0.0


@given(st.integers(0, 5000), st.integers(0, 5000), st.floats(0, 1), st.floats(0, 1))
def test_only_the_better_arm_has_evidence(n: int, m: int, one: float, other: float) -> None:
    """At most one of two arms has evidence of being the better one."""
    first, second = (float(n), n * one), (float(m), m * other)
    assert min(evidence(first, second), evidence(second, first)) <= 1e-6


def test_evidence_is_never_seen_more_often_than_it_says() -> None:
    """Looked at after every refresh of a Thompson experiment of equal arms, it is seldom there."""
    wrong = 0
    for seed in range(60):
        looks = played(Thompson(), (0.1, 0.1), random.Random(seed), refreshes=30, batch=100)
        wrong += any(
            max(evidence(one, other), evidence(other, one)) > PROOF
            for seen in looks
            for one, other in [tuple(zip(seen.pulls, seen.successes, strict=True))]
        )
    assert wrong <= 6


def test_evidence_of_a_true_difference() -> None:
    """An even split finds 12 % to be better than 8 %, and says which of them is."""
    *_, seen = played(Uniform(), (0.12, 0.08), random.Random(3), refreshes=60, batch=100)
    better, worse = zip(seen.pulls, seen.successes, strict=True)
    assert evidence(better, worse) > PROOF
    assert evidence(worse, better) < 0


def betted(rates: tuple[float, float], seed: int, decisions: int) -> float:
    """Return the most that a bet on the first of two arms was ever worth, as a logarithm."""
    draw, bet, most = random.Random(seed), Betting(least=0.1), 0.0
    for turn in range(decisions):
        share = 0.5 + 0.4 * math.sin(turn / 300)
        first = draw.random() < share
        reward = float(draw.random() < rates[not first])
        bet.add(first=first, propensity=share if first else 1 - share, reward=reward)
        most = max(most, bet.log_wealth)
    return most


def test_a_bet_is_seldom_won_by_chance() -> None:
    """While the shares of equal arms keep changing, few bets are ever worth 20."""
    assert sum(betted((0.1, 0.1), seed, 3_000) > PROOF for seed in range(60)) <= 6


def test_a_bet_on_the_better_arm_is_won() -> None:
    """A difference that is there is found."""
    assert betted((0.3, 0.15), 1, 4_000) > PROOF


@pytest.mark.parametrize("least", [0.0, 1.5, math.nan])
def test_a_least_propensity_that_is_none(least: float) -> None:
    """The least propensity is above 0 and at most 1."""
    with pytest.raises(ValueError, match="least"):
        Betting(least=least)


@pytest.mark.parametrize(
    ("propensity", "reward", "why"), [(0.05, 1.0, "below least"), (0.5, 2.0, r"in \[0, 1\]")]
)
def test_what_cannot_be_bet_on(propensity: float, reward: float, why: str) -> None:
    """A propensity below the least one, and a reward outside [0, 1], are refused."""
    with pytest.raises(ValueError, match=why):
        Betting(least=0.1).add(first=True, propensity=propensity, reward=reward)
