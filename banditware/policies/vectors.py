"""What every policy does with its scores: ties, soft maxima, and the floor under every arm.

A vector is a tuple of probabilities, one per arm. Sums go through `math.fsum`, which is exact, so
that no vector depends on the order of the arms.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from banditware.model import Statistics

Vector = tuple[float, ...]

#: Share of the traffic that is spread evenly over the arms unless the configuration says otherwise:
#: it keeps every propensity above zero and costs 2 % of what an even split costs.
FLOOR = 0.02

#: Scores nearer than this share of the largest one are ties: they differ by rounding only.
_ROUNDING = 1e-12


def uniform(arms: int) -> Vector:
    """Return the even split over so many arms."""
    return (1.0 / arms,) * arms


def normalised(weights: Sequence[float]) -> Vector:
    """Return weights of at least zero, of which one is positive, as shares of their sum."""
    total = math.fsum(weights)
    return tuple(weight / total for weight in weights)


def winners(scores: Sequence[float]) -> Vector:
    """Return an even split over the highest of the scores."""
    best = max(scores)
    limit = best if math.isinf(best) else best - _ROUNDING * max(map(abs, scores))
    return normalised([float(score >= limit) for score in scores])


def softmax(scores: Sequence[float]) -> Vector:
    """Return shares in proportion to `exp(score)`, whatever the size of the scores."""
    best = max(scores)
    return normalised([math.exp(score - best) for score in scores])


def with_floor(vector: Vector, floor: float) -> Vector:
    """Return `(1 - floor) * P + floor / K`: the even split gets a share of the traffic."""
    least = floor / len(vector)
    return tuple((1.0 - floor) * share + least for share in vector)


def explored(rule: Callable[[Statistics], Vector], statistics: Statistics, floor: float) -> Vector:
    """Return a rule's vector with its floor.

    The rule is asked only if there is something to choose and something to learn from: a single arm
    gets everything, and arms that were never pulled share evenly.
    """
    arms = len(statistics.arms)
    if arms <= 1:
        return (1.0,) * arms
    if not any(statistics.pulls):
        return uniform(arms)
    return with_floor(rule(statistics), floor)
