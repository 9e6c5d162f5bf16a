"""Epsilon-greedy on a model: mostly the action with the highest score, sometimes any."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from banditware.contextual.evidence import Evidence, Weigh
from banditware.policies import checks, vectors


@dataclass(frozen=True, slots=True)
class EpsilonGreedy:
    """A constant share of the traffic explores; the rest goes to the highest score.

    Shares are `epsilon/K + (1 - epsilon)/ties` for actions that tie for the highest score and
    `epsilon/K` for the others (Sutton and Barto, Reinforcement Learning, 2nd edition, section 2.2).

    Attributes:
        epsilon: share of the traffic that is spread evenly over all actions.
        floor: least value of `epsilon` that takes effect.
    """

    name: ClassVar[str] = "epsilon-greedy"
    uncertain: ClassVar[bool] = False

    epsilon: float = 0.1
    floor: float = vectors.FLOOR

    def __post_init__(self) -> None:
        """Check the shares."""
        checks.share("epsilon", self.epsilon)
        checks.share("floor", self.floor)

    def weigher(self, evidence: Evidence) -> Weigh:
        """Return the rule under this evidence."""
        explored = max(self.epsilon, self.floor)

        def weigh(scores: Sequence[float], _errors: Sequence[float]) -> Sequence[float]:
            return vectors.with_floor(evidence.winners(scores), explored)

        return weigh
