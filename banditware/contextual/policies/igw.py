"""Inverse gap weighting: the less an action's score is below the best, the more it is shown."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from banditware.contextual.evidence import Evidence, Weigh
from banditware.policies import checks, vectors

#: Scores nearer than this share of a reward's standard deviation are ties: rounding tells them
#: apart, and nothing else.
_TIE = 1e-10


@dataclass(frozen=True, slots=True)
class InverseGapWeighting:
    """Shares `1/(K + g*gap)`, gap being how far a score is below the best; the best gets the rest.

    SquareCB (Foster and Rakhlin 2020, Beyond UCB, algorithm 1; Abe and Long 1999). With the
    schedule `root`, `g = gamma * sqrt(N) / sd` grows with the pulls N and counts gaps in standard
    deviations of a reward, so that the shares do not change if rewards are scaled or shifted. With
    `fixed`, g is `gamma` itself, in units of the reward, as in Eppo's bandits.

    Attributes:
        gamma: how much a gap counts.
        schedule: `root` or `fixed`.
        floor: no action gets less than `floor/K`.
    """

    name: ClassVar[str] = "igw"
    uncertain: ClassVar[bool] = False

    gamma: float = 20.0
    schedule: Literal["root", "fixed"] = "root"
    floor: float = vectors.FLOOR

    def __post_init__(self) -> None:
        """Check the parameters."""
        checks.above_zero("gamma", self.gamma)
        checks.share("floor", self.floor)
        if self.schedule not in ("root", "fixed"):
            raise ValueError(f"schedule must be root or fixed, not {self.schedule!r}")

    def weigher(self, evidence: Evidence) -> Weigh:
        """Return the rule with the gamma of this evidence."""
        gamma, deviation = self.gamma, evidence.deviation
        if self.schedule == "root":
            gamma = gamma * math.sqrt(evidence.pulls) / deviation if deviation else 0.0
        floor, tie, total = self.floor, _TIE * deviation, math.fsum

        def weigh(scores: Sequence[float], _errors: Sequence[float]) -> Sequence[float]:
            actions = len(scores)
            best, least = max(scores), floor / actions
            shares = [1.0 / (actions + gamma * (best - score)) for score in scores]
            if min(shares) < least:
                shares = [max(share, least) for share in shares]
            rest = 1.0 - total(shares)
            leaders = [at for at, score in enumerate(scores) if best - score <= tie]
            for at in leaders:
                shares[at] += rest / len(leaders)
            return shares

        return weigh
