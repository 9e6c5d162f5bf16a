"""UCB-tuned: optimism that heeds how much rewards vary."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from banditware.model import Statistics
from banditware.policies import checks, filling, vectors


@dataclass(frozen=True, slots=True)
class UcbTuned:
    """The highest `mean + sqrt(log(t)/n * min(1/4, V))` (Auer et al. 2002, section 4).

    V is an upper bound of the variance, `mean*(1 - mean) + sqrt(2 log(t)/n)`. The first term is the
    variance of rewards that are 0 or 1, and the most that any rewards in [0, 1] can have.

    Attributes:
        floor: least share of the traffic that explores.
    """

    name: ClassVar[str] = "ucb-tuned"
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
    """Return an arm's upper confidence bound; `logarithm` is that of all pulls."""
    variance = mean * (1.0 - mean) + math.sqrt(2.0 * logarithm / pulls)
    return mean + math.sqrt(logarithm / pulls * min(0.25, variance))
