"""Softmax that starts hotter and cools faster than the uncertainty of the means."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from banditware.model import Statistics
from banditware.policies import checks, vectors
from banditware.policies.annealing_epsilon_greedy import white_logarithm
from banditware.policies.softmax import boltzmann, standard_error


@dataclass(frozen=True, slots=True)
class AnnealingSoftmax:
    """Shares in proportion to `exp(mean/tau)`, with a tau that cools as pulls come in.

    `tau = c * sqrt(variance * K / t) / log(e + t/K)`: the temperature of `softmax`, cooled by the
    logarithm of the pulls per arm. It starts three times as hot and is the cooler one from 18 pulls
    per arm on, so on average it earns more, with more luck in it.

    Attributes:
        c: factor of the temperature: higher explores more.
        compat: use the schedule of White (Bandit Algorithms for Website Optimization, 2012,
            chapter 5) instead: `tau = 1/log(t + 1e-7)`, with t one more than the pulls. It is in
            units of the reward, and close to an even split where rewards are clicks.
        floor: least share of the traffic that explores.
    """

    name: ClassVar[str] = "annealing-softmax"
    unit_rewards: ClassVar[bool] = False

    c: float = 3.0
    compat: bool = False
    floor: float = vectors.FLOOR

    def __post_init__(self) -> None:
        """Check the factor and the floor."""
        checks.above_zero("c", self.c)
        checks.share("floor", self.floor)

    def probabilities(self, statistics: Statistics) -> vectors.Vector:
        """Return the soft maximum of the means, with the floor."""
        return vectors.explored(self._shares, statistics, self.floor)

    def _shares(self, statistics: Statistics) -> vectors.Vector:
        return boltzmann(statistics, self._temperature(statistics))

    def _temperature(self, statistics: Statistics) -> float:
        pulls = math.fsum(statistics.pulls)
        if self.compat:
            return 1.0 / white_logarithm(pulls)
        cooling = math.log(math.e + pulls / len(statistics.arms))
        return self.c * standard_error(statistics) / cooling
