"""Upper confidence bounds for traffic that is decided in batches: water-filling.

The classic rule gives the next decision to the arm with the highest index, and then looks again.
Between two snapshots nothing can be looked at, so the classic rule would send everybody to one arm;
with thousands of decisions per snapshot that is no better than an even split. Instead, the batch is
poured in small portions: each goes to the arm that has the highest index by then, and lowers it.
The vector is how much of the batch every arm got.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from banditware.model import Statistics
from banditware.policies import vectors

#: Portions of a batch. A portion is at least one decision, so a batch of one is the classic rule.
PORTIONS = 64

#: Index of an arm from its mean, its pulls (above 0), and the logarithm of all pulls (from 0).
Index = Callable[[float, float, float], float]


@dataclass(slots=True)
class _Arm:
    mean: float
    pulls: float


def water_filled(index: Index, statistics: Statistics) -> vectors.Vector:
    """Return the share of the next batch that every arm gets.

    An arm without pulls has an infinite index, and the pooled mean once a portion went to it.
    Arms that tie for the highest index share a portion, so equal arms get equal shares.
    """
    arms = _warm(statistics)
    batch = max(1.0, statistics.batch)
    portions = min(PORTIONS, math.ceil(batch))
    portion = batch / portions
    pulled = math.fsum(arm.pulls for arm in arms)
    got = [0.0] * len(arms)
    for count in range(portions):
        logarithm = math.log(max(1.0, pulled + count * portion))
        split = vectors.winners([_index(index, arm, logarithm) for arm in arms])
        for position, share in enumerate(split):
            got[position] += share
            arms[position].pulls += portion * share
    return vectors.normalised(got)


def indices(index: Index, statistics: Statistics) -> vectors.Vector:
    """Return the index of every arm before any of the batch is poured."""
    arms = _warm(statistics)
    logarithm = math.log(max(1.0, math.fsum(arm.pulls for arm in arms)))
    return tuple(_index(index, arm, logarithm) for arm in arms)


def _index(index: Index, arm: _Arm, logarithm: float) -> float:
    return index(arm.mean, arm.pulls, logarithm) if arm.pulls else math.inf


def _warm(statistics: Statistics) -> Sequence[_Arm]:
    """Return means in [0, 1] and pulls; rewards that arrived before their pulls count as pulls."""
    pairs = tuple(zip(statistics.successes, statistics.pulls, strict=True))
    pulls = [max(successes, count) for successes, count in pairs]
    pooled = math.fsum(statistics.successes) / math.fsum(pulls)
    return [
        _Arm(successes / count if count else pooled, count)
        for (successes, _), count in zip(pairs, pulls, strict=True)
    ]
