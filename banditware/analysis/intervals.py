"""Where the mean of an arm is, at any time and under any policy.

The interval holds every `p` that the rewards so far do not refute: those with
`p^s * (1-p)^(n-s) >= alpha * B(1+s, 1+n-s)`, the ratio of a uniform mixture of all means to one of
them (Robbins 1970, Statistical methods related to the law of the iterated logarithm). The ratio is
a martingale whichever arm is drawn when, so the chance that the interval *ever* misses the mean is
at most `alpha`, however often and whenever one looks. It holds for rewards anywhere in [0, 1],
because `p^r * (1-p)^(1-r)` bends the right way in `r`. It is about twice as wide as an interval
for a single look at a fixed number of pulls; that is the price of looking at any time.
"""

from __future__ import annotations

import math

#: The chance that an interval ever misses, unless somebody says otherwise.
ALPHA = 0.05

#: Newton's method squares the error with every step; this bounds what is not a number.
_STEPS = 128

#: A share that is smaller than this differs from none by rounding only.
_ROUNDING = 1e-15


def interval(pulls: float, successes: float, alpha: float = ALPHA) -> tuple[float, float]:
    """Return the lowest and highest mean in [0, 1] that the rewards do not refute.

    Args:
        pulls: how many rewards were looked at; need not be whole, as matured pulls are not.
        successes: their sum, each in [0, 1]; what exceeds the pulls is left out, because rewards
            can be read before the pulls that they belong to.
        alpha: the chance that the interval ever misses.

    Raises:
        ValueError: alpha is not between 0 and 1, or a count is negative or not a finite number.
    """
    if not 0.0 < alpha < 1.0:
        raise ValueError(f"alpha must be between 0 and 1, not {alpha!r}")
    if not (0.0 <= pulls < math.inf and 0.0 <= successes < math.inf):
        raise ValueError(f"counts must be finite and at least 0, not {pulls!r} and {successes!r}")
    successes = min(successes, pulls)
    failures = pulls - successes
    if not pulls:
        return 0.0, 1.0
    cut = _peak(pulls, successes, failures) - math.log(alpha)
    low = _below(successes, failures, cut)
    high = 1.0 - _below(failures, successes, cut)
    mean = successes / pulls
    return min(low, mean), max(high, mean)


def _peak(pulls: float, successes: float, failures: float) -> float:
    """Return the log density of Beta(1 + successes, 1 + failures) at its mode; at least 0."""
    return math.log1p(pulls) + _excess(pulls) - _excess(successes) - _excess(failures)


def _excess(x: float) -> float:
    """Return `lgamma(1 + x) - (x * log(x) - x)` without the two large numbers."""
    if x < 10.0:
        return math.lgamma(1.0 + x) - (x * math.log(x) - x if x else 0.0)
    square = 1.0 / (x * x)
    series = (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square / 1680))) / x
    return 0.5 * math.log(2.0 * math.pi * x) + series


def _below(successes: float, failures: float, cut: float) -> float:
    """Return the mean below `s / n` at which the log likelihood has fallen by `cut`.

    The likelihood is log-concave in the logit of the mean, so Newton's method comes to the point
    from outside with every step but the first.
    """
    total = successes + failures
    mode = successes / total
    if mode < _ROUNDING:
        return 0.0
    if failures / total < _ROUNDING:
        return math.exp(-cut / successes)
    distance = -math.sqrt(2.0 * cut * (1.0 / successes + 1.0 / failures))
    for _ in range(_STEPS):
        reached = mode * math.exp(distance)
        growth = mode * math.expm1(distance)
        log = math.log1p(growth) if growth > -0.5 else math.log(failures / total + reached)
        excess = successes * distance - total * log + cut
        step = excess / (successes - total * reached * math.exp(-log))
        distance -= step
        if abs(step) <= 1e-12 * abs(distance):
            break
    reached = mode * math.exp(distance)
    return reached / (failures / total + reached)
