"""Epsilon-greedy on a model."""

from __future__ import annotations

import pytest

from banditware.contextual.evidence import Evidence
from banditware.contextual.policies.epsilon_greedy import EpsilonGreedy


def test_the_highest_score_gets_all_but_epsilon() -> None:
    """eps/K + (1 - eps)/ties for the best, eps/K for the others; the floor is the least epsilon."""
    known = Evidence(100.0, 0.5, 3)
    assert EpsilonGreedy(0.2).weigher(known)([1.0, 2.0, 2.0, 0.0], ()) == pytest.approx(
        [0.05, 0.45, 0.45, 0.05]
    )
    assert EpsilonGreedy(0.0, 0.1).weigher(known)([1.0, 2.0], ()) == pytest.approx([0.05, 0.95])


@pytest.mark.parametrize("name", ["epsilon", "floor"])
def test_bad_parameters(name: str) -> None:
    """Each is refused with its name."""
    with pytest.raises(ValueError, match=name):
        EpsilonGreedy(**{name: 1.5})
