"""KL-UCB: optimism by the exact large deviations of a coin."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from banditware.model import Statistics
from banditware.policies import checks, filling, vectors

#: Halvings of the bracket, to a millionth of it.
_HALVINGS = 20


@dataclass(frozen=True, slots=True)
class KlUcb:
    """The highest q for which `n * KL(mean, q) <= log(t)` (Garivier and Cappe 2011, algorithm 1).

    KL is the Kullback-Leibler divergence between coins of these means. The paper's constant c is 0,
    as its authors advise.

    Attributes:
        floor: least share of the traffic that explores.
    """

    name: ClassVar[str] = "kl-ucb"
    unit_rewards: ClassVar[bool] = True

    floor: float = vectors.FLOOR

    def __post_init__(self) -> None:
        """Check the floor."""
        checks.share("floor", self.floor)

    def probabilities(self, statistics: Statistics) -> vectors.Vector:
        """Return every arm's share of the next batch, with the floor."""
        rule = partial(filling.water_filled, index)
        return vectors.explored(rule, statistics, self.floor)


def index(mean: float, pulls: float, logarithm: float) -> float:
    """Return an arm's upper confidence bound; `logarithm` is that of all pulls.

    The bracket comes from `KL(p, q) >= 2*(q - p)^2` (Pinsker) and `KL(p, q) >= (q - p)^2/(2*q)`.
    """
    limit = logarithm / pulls
    low = mean
    high = min(
        1.0,
        mean + math.sqrt(limit / 2.0),
        mean + limit + math.sqrt(limit * (limit + 2.0 * mean)),
    )
    for _ in range(_HALVINGS):
        middle = (low + high) / 2.0
        if divergence(mean, middle) > limit:
            high = middle
        else:
            low = middle
    return low


def divergence(mean: float, other: float) -> float:
    """Return the Kullback-Leibler divergence of a coin of mean `other` from one of `mean`.

    By logarithms of ratios near 1, so that coins a billionth apart are told apart.
    """
    apart = other - mean
    heads = -mean * math.log1p(apart / mean) if mean > 0 else 0.0
    if mean >= 1:
        return heads
    return heads - (1.0 - mean) * math.log1p(-apart / (1.0 - mean)) if other < 1 else math.inf
