"""Whether arms are recorded as often as they were drawn, while the shares keep changing.

A policy moves traffic, so recorded pulls are compared with the propensities that they were drawn
with, not with an equal split: that test would cry out nearly always. For an arm with pulls `N`,
drawn with probabilities `p_1, p_2, ...` over the recorded pulls of *all* arms,

`E(theta) = exp(theta * N - sum over i of log(1 + p_i * (exp(theta) - 1)))`

is 1 on average as long as recording does not depend on the arm, and so is the mean of it over all
arms and a few `theta`, whatever their weights. It may be looked at all the time: the chance that it
*ever* exceeds 100 is below 1 in 100 (Ville 1939). Where it does, pulls of some arm get lost, or get
counted twice.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from banditware.drawing import THETAS, Drawn

#: The e-value at which something is wrong.
ALARM = 100.0

#: How much is bet on each of `THETAS`: what goes wrong loses some of an arm's pulls, mostly.
_WEIGHTS = (0.1, 0.2, 0.4, 0.2, 0.05, 0.05)

_STAKES = tuple(map(math.log, _WEIGHTS))


class Mismatch(NamedTuple):
    """How recorded pulls compare with their propensities.

    Attributes:
        pulls: recorded pulls that were compared.
        log_e: logarithm of the e-value.
        alarm: True if it is above `ALARM`.
        z: by arm, the deviation in standard errors: for a single look at a time fixed beforehand.
        expected: by arm, how many pulls there should be.
        arm: the arm that is furthest off, or nothing.
    """

    pulls: float
    log_e: float
    alarm: bool
    z: Mapping[str, float]
    expected: Mapping[str, float]
    arm: str


def mismatch(drawn: Mapping[str, Drawn]) -> Mismatch:
    """Return how recorded pulls compare with the propensities they were drawn with."""
    pulls = math.fsum(each.pulls for each in drawn.values())
    logs = list(_logs(drawn.values()))
    most = max(logs, default=0.0)
    sums = math.fsum(math.exp(log - most) for log in logs)
    log_e = most + math.log(sums / len(drawn)) if drawn else 0.0
    z = {arm: _z(each) for arm, each in sorted(drawn.items())}
    worst = max(z, key=lambda arm: abs(z[arm]), default="")
    expected = {arm: each.expected for arm, each in sorted(drawn.items())}
    return Mismatch(pulls, log_e, log_e > math.log(ALARM), z, expected, worst)


def _logs(drawn: Iterable[Drawn]) -> Iterator[float]:
    for each in drawn:
        for stake, theta, log in zip(_STAKES, THETAS, each.logs, strict=True):
            yield stake + theta * each.pulls - log


def _z(each: Drawn) -> float:
    return (each.pulls - each.expected) / math.sqrt(each.variance) if each.variance > 0 else 0.0
