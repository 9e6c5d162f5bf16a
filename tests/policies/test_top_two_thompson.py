"""Top-two Thompson sampling."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from banditware.policies.thompson import Thompson
from banditware.policies.top_two_thompson import TopTwoThompson, top_two
from tests.policies import cases


def test_the_closed_form() -> None:
    """P = (.7, .2, .1) at beta = .5, exact to the digits that are known."""
    found = top_two((0.7, 0.2, 0.1), 0.5)
    assert found == pytest.approx([0.476389, 0.344444, 0.179167], abs=5e-7)


def test_the_closed_form_is_the_procedure() -> None:
    """Drawing until another arm comes up gives what the closed form says."""
    best, beta = (0.6, 0.25, 0.1, 0.05), 0.3
    generator = random.Random(2016)
    draws = 30_000
    found: Counter[int] = Counter()
    for _ in range(draws):
        (played,) = leader = generator.choices(range(4), best)
        while generator.random() >= beta and [played] == leader:
            while [played] == leader:
                (played,) = generator.choices(range(4), best)
        found[played] += 1
    for arm, share in enumerate(top_two(best, beta)):
        assert found[arm] / draws == pytest.approx(share, abs=0.015)


def test_a_certain_winner_has_rivals_all_the_same() -> None:
    """If one arm has all the probability, the others share the second place."""
    assert top_two((0.0, 1.0, 0.0), 0.5) == (0.25, 0.5, 0.25)


def test_a_winner_short_of_certain_is_exact() -> None:
    """1 - P is taken as the sum of the others, so a rest of 1e-20 is still divided rightly."""
    found = top_two((1.0, 3e-20, 1e-20), 0.5)
    assert found == pytest.approx([0.5, 0.375, 0.125])


def test_beta_of_one_is_thompson_sampling() -> None:
    """With `beta: 1` the first draw is always played."""
    known = cases.coins((30, 3), (30, 5), (20, 4))
    found = TopTwoThompson(beta=1.0).probabilities(known)
    assert found == pytest.approx(Thompson().probabilities(known), abs=1e-15)
