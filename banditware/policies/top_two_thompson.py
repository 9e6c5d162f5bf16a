"""Top-two Thompson sampling: finds out which arm is the best in the fewest pulls."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from banditware.model import Statistics
from banditware.policies import checks, vectors
from banditware.policies.thompson import best_arm


@dataclass(frozen=True, slots=True)
class TopTwoThompson:
    """Thompson sampling that gives part of the traffic to the likeliest rivals of the best arm.

    With `beta` it plays a Thompson draw; otherwise it draws on until another arm comes up, and
    plays that (Russo 2016, Simple Bayesian Algorithms for Best Arm Identification, section 3). For
    knowing which arm is best; for earning, use `thompson`.

    Attributes:
        beta: share of the traffic that goes to the first draw.
        floor: least share of the traffic that explores.
    """

    name: ClassVar[str] = "top-two-thompson"
    unit_rewards: ClassVar[bool] = True

    beta: float = 0.5
    floor: float = vectors.FLOOR

    def __post_init__(self) -> None:
        """Check the shares."""
        checks.share("beta", self.beta)
        checks.share("floor", self.floor)

    def probabilities(self, statistics: Statistics) -> vectors.Vector:
        """Return the probability that an arm is played, with the floor."""
        return vectors.explored(self._played, statistics, self.floor)

    def _played(self, statistics: Statistics) -> vectors.Vector:
        return top_two(best_arm(statistics), self.beta)


def top_two(best: vectors.Vector, beta: float) -> vectors.Vector:
    """Return the top-two vector of probabilities of being the best.

    In closed form: `P_i * (beta + (1 - beta) * sum over j != i of P_j/(1 - P_j))`. `1 - P_j` is the
    sum of the others, which stays exact as P_j nears 1; if the others are all zero, each of them is
    as likely a rival as any.
    """
    rivals = [_rivals(best, leader) for leader in range(len(best))]
    played = []
    for arm, chance in enumerate(best):
        second = math.fsum(
            best[leader] * rivals[leader][arm] for leader in range(len(best)) if leader != arm
        )
        played.append(beta * chance + (1.0 - beta) * second)
    return vectors.normalised(played)


def _rivals(best: vectors.Vector, leader: int) -> vectors.Vector:
    """Return how likely each arm is to be the second draw if `leader` is the first."""
    others = [0.0 if arm == leader else chance for arm, chance in enumerate(best)]
    if not any(others):
        others = [float(arm != leader) for arm in range(len(best))]
    return vectors.normalised(others)
