"""The even split: a plain A/B test."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from banditware.model import Statistics
from banditware.policies import vectors


@dataclass(frozen=True, slots=True)
class Uniform:
    """Every arm gets the same share of the traffic, for ever."""

    name: ClassVar[str] = "uniform"
    unit_rewards: ClassVar[bool] = False

    def probabilities(self, statistics: Statistics) -> vectors.Vector:
        """Return 1/K for every arm."""
        return vectors.uniform(len(statistics.arms))
