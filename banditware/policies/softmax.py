"""Softmax (Boltzmann exploration): shares grow exponentially with the mean reward."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from banditware.model import Statistics
from banditware.policies import checks, moments, vectors


@dataclass(frozen=True, slots=True)
class Softmax:
    """Shares in proportion to `exp(mean/tau)`.

    The classic tau is a constant in units of the reward: 0.1 is close to an even split where
    rewards are clicks, and close to greedy where they are dollars. Here
    `tau = c * sqrt(variance * K / t)`, the standard error of an arm's mean after t pulls spread
    over K arms, so the policy is the same for rewards in any unit.

    Attributes:
        c: factor of the temperature: higher explores more.
        compat: use the classic, constant temperature.
        temperature: the classic temperature, in units of the reward; only with `compat`.
        floor: least share of the traffic that explores.
    """

    name: ClassVar[str] = "softmax"
    unit_rewards: ClassVar[bool] = False

    c: float = 1.0
    compat: bool = False
    temperature: float | None = None
    floor: float = vectors.FLOOR

    def __post_init__(self) -> None:
        """Check the factor, the temperature and the floor."""
        checks.above_zero("c", self.c)
        checks.share("floor", self.floor)
        if not self.compat:
            checks.no_temperature(self.temperature)
        elif self.temperature is None:
            raise ValueError(
                "compat needs a temperature in units of the reward; add temperature: 0.1"
            )
        else:
            checks.above_zero("temperature", self.temperature)

    def probabilities(self, statistics: Statistics) -> vectors.Vector:
        """Return the soft maximum of the means, with the floor."""
        return vectors.explored(self._shares, statistics, self.floor)

    def _shares(self, statistics: Statistics) -> vectors.Vector:
        if self.temperature is not None:
            return boltzmann(statistics, self.temperature)
        return boltzmann(statistics, self.c * standard_error(statistics))


def standard_error(statistics: Statistics) -> float:
    """Return the standard error of an arm's mean if the pulls were spread evenly over the arms."""
    arms, pulls = len(statistics.arms), math.fsum(statistics.pulls)
    return math.sqrt(moments.pooled_variance(statistics) * arms / pulls)


def boltzmann(statistics: Statistics, temperature: float) -> vectors.Vector:
    """Return shares in proportion to `exp(mean/temperature)`; at zero, the highest means share."""
    means = moments.means(statistics)
    best = max(means)
    if not temperature:
        return vectors.winners(means)
    return vectors.softmax([(mean - best) / temperature for mean in means])
