"""Thompson sampling on a model: every action gets the probability that it is the best here."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from banditware.contextual.evidence import Evidence, Weigh
from banditware.policies import best, checks, vectors

#: Columns up to which the standard errors count in full. With more, all errors together would keep
#: exploring for too long: they count as if the model had this many.
_FULL = 10


@dataclass(frozen=True, slots=True)
class LinearThompson:
    """Shares are the probabilities that an action has the highest expected reward.

    Scores have independent Normal posteriors with `alpha` times their standard errors (Agrawal and
    Goyal 2013, Thompson Sampling for Contextual Bandits with Linear Payoffs, algorithm 1); of a
    model with d > 10 columns, `sqrt(10/d)` of that. The probabilities are integrated, not drawn.

    Attributes:
        alpha: how wide the posteriors are.
        floor: share of the traffic that is spread evenly over all actions.
    """

    name: ClassVar[str] = "lints"
    uncertain: ClassVar[bool] = True

    alpha: float = 0.3
    floor: float = vectors.FLOOR

    def __post_init__(self) -> None:
        """Check the parameters."""
        checks.above_zero("alpha", self.alpha)
        checks.share("floor", self.floor)

    def weigher(self, evidence: Evidence) -> Weigh:
        """Return the rule under this evidence."""
        width = self.alpha * math.sqrt(min(1.0, _FULL / evidence.features))
        floor, deviation = self.floor, evidence.deviation

        def weigh(scores: Sequence[float], errors: Sequence[float]) -> Sequence[float]:
            if not deviation or len(scores) == 1:
                return vectors.with_floor(evidence.winners(scores), floor)
            top = max(scores)
            posteriors = [
                ((score - top) / deviation, width * error / deviation)
                for score, error in zip(scores, errors, strict=True)
            ]
            return vectors.with_floor(best.of_normals(posteriors, quick=True), floor)

        return weigh
