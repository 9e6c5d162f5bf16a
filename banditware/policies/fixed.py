"""A split that is set by hand: a rollout, or an A/B test with unequal shares."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from banditware.errors import suggestion
from banditware.model import Statistics
from banditware.policies import vectors


@dataclass(frozen=True, slots=True)
class Fixed:
    """Every arm gets the share that is set, whatever it earns.

    Attributes:
        weights: weight of every arm, in any unit; shares are weights over their sum. Empty: equal.
    """

    name: ClassVar[str] = "fixed"
    unit_rewards: ClassVar[bool] = False

    weights: Mapping[str, float] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        """Keep a copy, so that the policy cannot be changed from outside.

        Raises:
            ValueError: a weight is negative or not finite, or all are zero.
        """
        object.__setattr__(self, "weights", dict(self.weights))
        for arm, weight in self.weights.items():
            if not 0 <= weight < float("inf"):
                raise ValueError(
                    f"weights.{arm} must be a finite number of 0 or more, not {weight:g}"
                )
        if self.weights and not any(self.weights.values()):
            raise ValueError("weights must not all be 0; give one arm a weight above 0")

    def check_arms(self, arms: Iterable[str]) -> None:
        """Compare the weights with the experiment's arms.

        Raises:
            ValueError: a weight is for no arm, or an arm has no weight.
        """
        if not self.weights:
            return
        names = sorted(arms)
        for arm in self.weights:
            if arm not in names:
                raise ValueError(f"weights.{arm} is for no arm{suggestion(arm, names)}")
        missing = [arm for arm in names if arm not in self.weights]
        if missing:
            raise ValueError(
                f"weights must name every arm: add {', '.join(missing)} (0 gives it no traffic)"
            )

    def probabilities(self, statistics: Statistics) -> vectors.Vector:
        """Return the arms' weights over their sum; even if none of the arms has a weight."""
        weights = [self.weights.get(arm, 0.0) for arm in statistics.arms]
        if not any(weights):
            return vectors.uniform(len(weights))
        largest = max(weights)
        return vectors.normalised([weight / largest for weight in weights])
