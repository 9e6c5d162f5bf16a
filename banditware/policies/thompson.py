"""Thompson sampling for rewards in [0, 1]: every arm gets the probability that it is the best."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from banditware.model import Statistics
from banditware.policies import best, checks, vectors


@dataclass(frozen=True, slots=True)
class Thompson:
    """Shares are the probabilities that an arm is the best one, given what it earned.

    Every arm's mean has a Beta posterior; drawing from the vector is drawing once from each
    posterior and taking the highest (Thompson 1933; Chapelle and Li 2011, algorithm 2). See `prior`
    for what is believed of an arm without pulls.

    Attributes:
        floor: least share of the traffic that explores.
    """

    name: ClassVar[str] = "thompson"
    unit_rewards: ClassVar[bool] = True

    floor: float = vectors.FLOOR

    def __post_init__(self) -> None:
        """Check the floor."""
        checks.share("floor", self.floor)

    def probabilities(self, statistics: Statistics) -> vectors.Vector:
        """Return the probability that an arm is the best, with the floor."""
        return vectors.explored(best_arm, statistics, self.floor)


def best_arm(statistics: Statistics) -> vectors.Vector:
    """Return the probability that an arm has the highest mean."""
    return best.of_betas(posteriors(statistics))


def posteriors(statistics: Statistics) -> list[tuple[float, float]]:
    """Return the parameters of every arm's Beta posterior.

    A fractional reward counts as that part of a success and the rest of a failure, which never
    claims more than is known. Rewards that arrived before their pulls leave the failures at zero.
    """
    a, b = prior(statistics)
    pairs = zip(statistics.successes, statistics.pulls, strict=True)
    return [(a + successes, b + max(0.0, pulls - successes)) for successes, pulls in pairs]


def prior(statistics: Statistics) -> tuple[float, float]:
    """Return the parameters of the Beta prior, the smaller of which is 1.

    Its mean is the pooled mean, `p = (successes + 1/2)/(pulls + 1)`, and its weight is
    `1/min(p, 1 - p)` pulls. Without data it is the uniform Beta(1, 1). With data a new arm starts
    near the base rate: it neither takes all the traffic, as from a uniform prior, nor starves.
    """
    successes, pulls = math.fsum(statistics.successes), math.fsum(statistics.pulls)
    heads = successes + 0.5
    tails = max(0.0, pulls - successes) + 0.5
    return (1.0, tails / heads) if heads <= tails else (heads / tails, 1.0)
