"""Means and variances of rewards as they came, for the policies that take any real number."""

from __future__ import annotations

import math

from banditware.model import Statistics


def pooled_mean(statistics: Statistics) -> float:
    """Return the mean reward over all arms, which have been pulled."""
    return math.fsum(statistics.sums) / math.fsum(statistics.pulls)


def means(statistics: Statistics) -> tuple[float, ...]:
    """Return the mean reward per arm; an arm without pulls has the pooled mean.

    Zero instead would mean "never explore" where rewards are positive, and "the best" where they
    are negative.
    """
    pooled = pooled_mean(statistics)
    pairs = zip(statistics.sums, statistics.pulls, strict=True)
    return tuple(total / pulls if pulls else pooled for total, pulls in pairs)


def pooled_variance(statistics: Statistics) -> float:
    """Return the variance of a reward within an arm, pooled over the arms.

    The sum of squares around the arms' own means, over its degrees of freedom, with one more
    observation of the variance around the pooled mean. So it is zero only if all rewards are equal,
    and a few lucky pulls of each arm cannot make it so. Arms of their own variance would be worse:
    an arm without early rewards seems certain and is never tried again.
    """
    pulls = math.fsum(statistics.pulls)
    mean = pooled_mean(statistics)
    squares = math.fsum(statistics.squares)
    around_pooled = _positive(squares - pulls * mean * mean, squares)
    arms = tuple(zip(statistics.sums, statistics.squares, statistics.pulls, strict=True))
    within = math.fsum(
        _positive(square - total * total / count, square) for total, square, count in arms if count
    )
    freedom = max(0.0, pulls - sum(count > 0 for *_, count in arms))
    return (within + around_pooled / pulls) / (freedom + 1.0)


def _positive(difference: float, size: float) -> float:
    """Return a sum of squares, or zero if it is no more than the rounding of its terms."""
    return difference if difference > 1e-13 * size else 0.0
