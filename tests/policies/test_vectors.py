"""Ties, soft maxima and the floor."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banditware.model import Statistics
from banditware.policies import vectors
from tests.policies import cases

scores = st.lists(st.floats(-1e300, 1e300), min_size=1, max_size=8)


def test_the_highest_scores_share() -> None:
    """Winners share evenly, and rounding does not break a tie."""
    assert vectors.winners([1.0, 3.0, 3.0]) == (0.0, 0.5, 0.5)
    assert vectors.winners([0.3, 0.1 + 0.2, 0.2]) == (0.5, 0.5, 0.0)
    assert vectors.winners([-0.3, -0.2]) == (0.0, 1.0)


def test_infinite_scores_win() -> None:
    """Infinite scores share among themselves."""
    assert vectors.winners([math.inf, 1.0, math.inf]) == (0.5, 0.0, 0.5)


@given(scores=scores)
def test_softmax_never_overflows(scores: list[float]) -> None:
    """Scores of any size give a distribution in their own order."""
    shares = vectors.softmax(scores)
    assert math.fsum(shares) == pytest.approx(1.0, abs=1e-12)
    assert shares[scores.index(max(scores))] == max(shares)


def test_softmax_is_in_proportion_to_exponentials() -> None:
    """Shares are exp(score) over the sum."""
    assert vectors.softmax([math.log(1.0), math.log(3.0)]) == pytest.approx([0.25, 0.75])


def test_the_floor_is_an_even_split_of_a_share() -> None:
    """P' = (1 - floor) P + floor/K."""
    assert vectors.with_floor((1.0, 0.0), 0.02) == (0.99, 0.01)


def test_a_rule_is_asked_only_if_there_is_something_to_learn_from() -> None:
    """No arms, one arm and no pulls are answered without the rule; pulls reach it."""

    def refuse(statistics: Statistics) -> vectors.Vector:
        raise AssertionError(statistics)

    assert vectors.explored(refuse, Statistics.empty(()), 0.1) == ()
    assert vectors.explored(refuse, cases.coins((9, 1)), 0.1) == (1.0,)
    assert vectors.explored(refuse, cases.coins((0, 0), (0, 0)), 0.1) == (0.5, 0.5)
    found = vectors.explored(lambda _known: (1.0, 0.0), cases.coins((1, 0), (0, 0)), 0.5)
    assert found == (0.75, 0.25)
