"""EXP3: for rewards that an adversary may change at will."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from banditware.model import Statistics
from banditware.policies import checks, vectors


@dataclass(frozen=True, slots=True)
class Exp3:
    """Exponential weights of rewards divided by their propensities.

    `P = (1 - gamma) * softmax(gamma/K * S) + gamma/K`, where S sums an arm's rewards over their
    propensities (Auer, Cesa-Bianchi, Freund and Schapire 2002, figure 1). It makes no assumption
    about where rewards come from and pays for that: where they come by chance, `thompson` earns
    more.

    Attributes:
        gamma: share of the traffic that explores, and the rate of learning.
        floor: least share of the traffic that explores, if `gamma` is lower.
    """

    name: ClassVar[str] = "exp3"
    unit_rewards: ClassVar[bool] = True

    gamma: float = 0.1
    floor: float = vectors.FLOOR

    def __post_init__(self) -> None:
        """Check the rate and the floor."""
        checks.share("gamma", self.gamma)
        checks.above_zero("gamma", self.gamma)
        checks.share("floor", self.floor)

    def probabilities(self, statistics: Statistics) -> vectors.Vector:
        """Return the exponential weights, mixed with the even split."""
        return vectors.explored(self._shares, statistics, max(self.gamma, self.floor))

    def _shares(self, statistics: Statistics) -> vectors.Vector:
        rate = self.gamma / len(statistics.arms)
        return vectors.softmax([rate * weighted for weighted in statistics.weighted])
