"""UCB1: optimism by Hoeffding's inequality."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from banditware.model import Statistics
from banditware.policies import checks, filling, vectors


@dataclass(frozen=True, slots=True)
class Ucb1:
    """The highest `mean + alpha * sqrt(2 log(t)/n)` (Auer, Cesa-Bianchi, Fischer 2002, figure 1).

    Its bonus ignores how much rewards vary: where they are rare, `ucb-tuned` and `kl-ucb` learn
    faster.

    Attributes:
        alpha: factor of the bonus; 1 is the paper's.
        floor: least share of the traffic that explores.
    """

    name: ClassVar[str] = "ucb1"
    unit_rewards: ClassVar[bool] = True

    alpha: float = 1.0
    floor: float = vectors.FLOOR

    def __post_init__(self) -> None:
        """Check the factor and the floor."""
        checks.above_zero("alpha", self.alpha)
        checks.share("floor", self.floor)

    def probabilities(self, statistics: Statistics) -> vectors.Vector:
        """Return every arm's share of the next batch, with the floor."""
        rule = partial(filling.water_filled, self.index)
        return vectors.explored(rule, statistics, self.floor)

    def index(self, mean: float, pulls: float, logarithm: float) -> float:
        """Return an arm's upper confidence bound; `logarithm` is that of all pulls."""
        return mean + self.alpha * math.sqrt(2.0 * logarithm / pulls)
