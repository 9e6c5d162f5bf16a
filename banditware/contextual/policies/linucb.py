"""Upper confidence bounds on a model: the action that could be the best here, as long as it could.

The classic rule gives a decision to the action with the highest bound. Until the next snapshot
nothing is learnt, so it would give the same action to everybody alike; and a decision that is
certain says nothing of the other actions to whoever evaluates the log. So the decisions of a batch
are poured like water over the bounds: each lowers the bound of the action that gets it, until all
that got any stand at one level. The shares are how much each of them got.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from banditware.contextual.evidence import Evidence, Weigh
from banditware.policies import checks, vectors

#: Newton's method takes about 6 steps to come so near; the bound is for what is not a number.
_NEAR = 1e-12
_STEPS = 60


@dataclass(frozen=True, slots=True)
class LinearUcb:
    """The batch is poured over the bounds `score + alpha * standard error`.

    The bound is that of Li et al. 2010, A Contextual-Bandit Approach to Personalized News Article
    Recommendation, algorithm 1. The batch's contexts are like those before, so m of its decisions
    add `m/d` pulls in the direction of this one, on average over the d columns: the variance v, in
    variances of a reward, falls to `v/(1 + v*m/d)`. With a batch of 1 it is the classic rule.

    Attributes:
        alpha: how many standard errors the bound is above the score.
        floor: share of the traffic that is spread evenly over all actions.
    """

    name: ClassVar[str] = "linucb"
    uncertain: ClassVar[bool] = True

    alpha: float = 0.3
    floor: float = vectors.FLOOR

    def __post_init__(self) -> None:
        """Check the parameters."""
        checks.above_zero("alpha", self.alpha)
        checks.share("floor", self.floor)

    def weigher(self, evidence: Evidence) -> Weigh:
        """Return the rule under this evidence."""
        alpha, floor, deviation = self.alpha, self.floor, evidence.deviation
        batch = evidence.batch / evidence.features if evidence.batch > 1.0 else 0.0

        def weigh(scores: Sequence[float], errors: Sequence[float]) -> Sequence[float]:
            if not deviation or not batch or len(scores) == 1:
                bounds = [s + alpha * e for s, e in zip(scores, errors, strict=True)]
                return vectors.with_floor(evidence.winners(bounds), floor)
            unit = alpha * deviation
            top = max(scores)
            means = [(score - top) / unit for score in scores]
            variances = [(error / deviation) ** 2 for error in errors]
            return vectors.with_floor(poured(means, variances, batch), floor)

        return weigh


def poured(means: Sequence[float], variances: Sequence[float], batch: float) -> vectors.Vector:
    """Return the shares of a batch that is poured over the bounds `mean + sqrt(variance)`.

    Pouring m on an action changes its variance v to `v/(1 + v*m)`, so its bound comes down to the
    level l with `m = 1/(l - mean)^2 - 1/v`. Both are in units in which alpha is 1. The level at
    which all m sum to the batch is found by Newton's method; as the sum is convex and falls, it
    comes closer from one side.
    """
    pairs = [(mean, 1.0 / variance) for mean, variance in zip(means, variances, strict=True)]
    level = max(mean + 1.0 / math.sqrt(batch + pulls) for mean, pulls in pairs)
    depths, step, steps = [1.0], math.inf, _STEPS
    while step > _NEAR * level and steps:
        depths = [_depth(level - mean, pulls) for mean, pulls in pairs]
        slope = math.fsum(
            2.0 * (level - mean) ** -3
            for (mean, _), depth in zip(pairs, depths, strict=True)
            if depth > 0.0
        )
        step = (math.fsum(depths) - batch) / slope
        level += step
        steps -= 1
    return vectors.normalised(depths)


def _depth(above: float, pulls: float) -> float:
    """Return what has to be poured on an action until its bound is so far above its mean."""
    return max(0.0, 1.0 / (above * above) - pulls) if above > 0.0 else 0.0
