"""Thompson sampling for rewards of any size, negative ones included."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from banditware.model import Statistics
from banditware.policies import best, checks, moments, vectors


@dataclass(frozen=True, slots=True)
class ThompsonNormal:
    """Shares are the probabilities that an arm has the highest mean reward.

    Every arm's mean has a Normal posterior with the pooled variance of a reward; its prior stands
    at the pooled mean and weighs `prior_pulls` pulls (Gelman et al., Bayesian Data Analysis, 3rd
    edition, section 2.5). The vector does not change if rewards are scaled or shifted.

    Attributes:
        prior_pulls: how many pulls the pooled mean is worth to every arm.
        floor: least share of the traffic that explores.
    """

    name: ClassVar[str] = "thompson-normal"
    unit_rewards: ClassVar[bool] = False

    prior_pulls: float = 1.0
    floor: float = vectors.FLOOR

    def __post_init__(self) -> None:
        """Check the weight of the prior and the floor."""
        checks.above_zero("prior_pulls", self.prior_pulls)
        checks.share("floor", self.floor)

    def probabilities(self, statistics: Statistics) -> vectors.Vector:
        """Return the probability that an arm is the best, with the floor."""
        return vectors.explored(self._best_arm, statistics, self.floor)

    def _best_arm(self, statistics: Statistics) -> vectors.Vector:
        deviation = math.sqrt(moments.pooled_variance(statistics))
        if not deviation:
            return vectors.winners(moments.means(statistics))
        return best.of_normals(posteriors(statistics, deviation, self.prior_pulls))


def posteriors(
    statistics: Statistics, deviation: float, prior_pulls: float = 1.0
) -> list[tuple[float, float]]:
    """Return mean and deviation of every arm's posterior, above the pooled mean.

    Args:
        statistics: what the arms earned.
        deviation: the standard deviation of a reward, above 0; it is the unit of the result.
        prior_pulls: how many pulls the pooled mean is worth to every arm.
    """
    mean = moments.pooled_mean(statistics)
    pairs = zip(statistics.sums, statistics.pulls, strict=True)
    found = [(s - n * mean, prior_pulls + n) for s, n in pairs]
    return [(excess / deviation / weight, 1.0 / math.sqrt(weight)) for excess, weight in found]
