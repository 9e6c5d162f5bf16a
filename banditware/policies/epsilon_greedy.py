"""Epsilon-greedy: mostly the arm with the highest mean, sometimes any."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from banditware.model import Statistics
from banditware.policies import checks, moments, vectors


@dataclass(frozen=True, slots=True)
class EpsilonGreedy:
    """A constant share of the traffic explores; the rest goes to the highest mean.

    The vector is `epsilon/K + (1 - epsilon)/ties` for arms that tie for the highest mean and
    `epsilon/K` for the others (Sutton and Barto, Reinforcement Learning, 2nd edition, section 2.2).
    An arm without pulls has the pooled mean.

    Attributes:
        epsilon: share of the traffic that is spread evenly over all arms.
        floor: least value of `epsilon` that takes effect.
    """

    name: ClassVar[str] = "epsilon-greedy"
    unit_rewards: ClassVar[bool] = False

    epsilon: float = 0.1
    floor: float = vectors.FLOOR

    def __post_init__(self) -> None:
        """Check the shares."""
        checks.share("epsilon", self.epsilon)
        checks.share("floor", self.floor)

    def probabilities(self, statistics: Statistics) -> vectors.Vector:
        """Return the arm with the highest mean, mixed with the even split."""
        return vectors.explored(greedy, statistics, max(self.epsilon, self.floor))


def greedy(statistics: Statistics) -> vectors.Vector:
    """Return an even split over the arms with the highest mean."""
    return vectors.winners(moments.means(statistics))
