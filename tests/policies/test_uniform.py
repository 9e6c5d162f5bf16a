"""The even split."""

from __future__ import annotations

from banditware.policies.uniform import Uniform
from tests.policies import cases


def test_the_split_is_even_whatever_arms_earn() -> None:
    """Nothing is learnt."""
    assert Uniform().probabilities(cases.coins((10, 9), (10, 0), (0, 0), (5, 5))) == (0.25,) * 4
