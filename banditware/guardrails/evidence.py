"""When an arm is worse than another one by more than chance and a margin, whenever one looks.

In a stretch of time the arm has `n` responses of which `k` are bad, the other one `m` and `j`. If
the shares of bad ones are `p` and `q` with `p <= q + margin`, then for any `g` with `n * g < m`

`k * log(1 + g) + j * log(1 - g * n / m) - n * margin * g`

is the logarithm of a number that is 1 on average at most, *whatever q is in that stretch*. So the
product over stretches is an e-value although shares move between arms and the whole site has bad
hours: an outage that hits all arms alike says nothing (the argument is that of Poisson counts
compared within strata; for e-values in general see Ramdas et al. 2023).

An arm may be well for months before it breaks, and the product would have to make up for all of
them. So a new product begins every so often and `Detector` sums them all up. The chance that a sum
of `T` such numbers ever exceeds `T / alpha` is at most `alpha` (Doob; for such detectors see Shin,
Ramdas and Rinaldo 2022, E-detectors).
"""

from __future__ import annotations

import math
from typing import NamedTuple

#: What is bet on: logarithms of how much more often an arm errs than it may.
_THETAS = (0.2, 0.4, 0.65, 1.0, 1.6)

#: A good stretch of the other arm's must not be able to end a bet: `g * n / m` is at most this.
_MOST = 0.95


class Stretch(NamedTuple):
    """What happened in a stretch of time.

    Attributes:
        number: the arm's responses, above 0.
        bad: how many of them were bad.
        others: the other arm's responses, above 0.
        others_bad: how many of those were bad.
    """

    number: float
    bad: float
    others: float
    others_bad: float


def log_evidence(stretch: Stretch, theta: float, margin: float) -> float:
    """Return the logarithm of the e-value of one stretch."""
    ratio = stretch.number / stretch.others
    growth = min(math.expm1(theta), _MOST / ratio)
    return (
        stretch.bad * math.log1p(growth)
        + stretch.others_bad * math.log1p(-growth * ratio)
        - stretch.number * margin * growth
    )


class Detector:
    """Sums the products of all stretches since each of its beginnings."""

    def __init__(self) -> None:
        self._logs = [-math.inf] * len(_THETAS)

    def begin(self) -> None:
        """Begin another product, with the next stretch."""
        self._logs = [_log_sum(log, 0.0) for log in self._logs]

    def add(self, stretch: Stretch, margin: float) -> None:
        """Take in a stretch of time."""
        pairs = zip(self._logs, _THETAS, strict=True)
        self._logs = [log + log_evidence(stretch, theta, margin) for log, theta in pairs]

    @property
    def log_value(self) -> float:
        """The logarithm of the sum, averaged over the bets."""
        total = -math.inf
        for log in self._logs:
            total = _log_sum(total, log)
        return total - math.log(len(self._logs))


def _log_sum(one: float, other: float) -> float:
    """Return `log(exp(one) + exp(other))`."""
    high, low = max(one, other), min(one, other)
    return high if low == -math.inf else high + math.log1p(math.exp(low - high))
