"""Epsilon-greedy whose exploration shrinks as pulls come in."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from banditware.model import Statistics
from banditware.policies import checks, vectors
from banditware.policies.epsilon_greedy import greedy


@dataclass(frozen=True, slots=True)
class AnnealingEpsilonGreedy:
    """Explores with `min(1, c*K/t)` of the traffic after t pulls of K arms.

    The schedule is that of Auer, Cesa-Bianchi and Fischer (2002), figure 3, with their unknown gap
    put into the constant.

    Attributes:
        c: how long to explore: pulls per arm until exploration begins to shrink.
        compat: use the schedule of White (Bandit Algorithms for Website Optimization, 2012,
            chapter 4) instead: `min(1, 1/log(t + 1e-7))`, with t one more than the pulls. It
            hardly shrinks: it is still 0.1 after 20,000 pulls.
        floor: least share of the traffic that explores.
    """

    name: ClassVar[str] = "annealing-epsilon-greedy"
    unit_rewards: ClassVar[bool] = False

    c: float = 5.0
    compat: bool = False
    floor: float = vectors.FLOOR

    def __post_init__(self) -> None:
        """Check the constant and the floor."""
        checks.above_zero("c", self.c)
        checks.share("floor", self.floor)

    def probabilities(self, statistics: Statistics) -> vectors.Vector:
        """Return the arm with the highest mean, mixed with the even split."""
        return vectors.explored(greedy, statistics, max(self._epsilon(statistics), self.floor))

    def _epsilon(self, statistics: Statistics) -> float:
        pulls = math.fsum(statistics.pulls)
        if self.compat:
            return min(1.0, 1.0 / white_logarithm(pulls))
        return min(1.0, self.c * len(statistics.arms) / pulls) if pulls else 1.0


def white_logarithm(pulls: float) -> float:
    """Return `log(t + 1e-7)` of White (2012), chapters 4 and 5; t is one more than the pulls."""
    return math.log(pulls + 1.0 + 1e-7)
