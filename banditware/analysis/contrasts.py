"""Whether one arm is better than another, however often and whenever one looks.

Both answers are e-values: numbers that are 1 on average at most if the claim is wrong, so that the
chance of *ever* seeing one above `1 / alpha` is at most `alpha` (Ville 1939; Ramdas et al. 2023,
Game-theoretic statistics and safe anytime-valid inference). They are kept as logarithms.

- `evidence` needs the counts alone, and is valid under any policy, because draws cancel in it.
- `Betting` needs the propensity of every decision, and is the stronger one where these are not
  small; with a propensity of 1 % it bets next to nothing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

#: Pulls and the sum of their rewards, each in [0, 1].
Earned = tuple[float, float]

#: The Beta priors whose e-values are averaged: around rates from three in a thousand to a half, as
#: strong as twenty successes. Fixed beforehand, as priors have to be. The average costs log(9) at
#: most; single priors find a difference sooner near their own rate, and hardly ever far from it.
_PRIORS = tuple(
    (20.0, 20.0 * (1.0 - rate) / rate)
    for rate in (0.5, 0.3, 0.16, 0.09, 0.05, 0.025, 0.012, 0.006, 0.003)
)


def evidence(better: Earned, worse: Earned) -> float:
    """Return the log e-value against "the first arm's mean is not above the second's".

    It is the likelihood of both arms under a mixture of rates, over the highest likelihood of any
    two rates of which the first is not above the second. Zero or less says nothing.

    Args:
        better: pulls and successes of the arm that is claimed to be better.
        worse: those of the other one.
    """
    arms = [_counts(*better), _counts(*worse)]
    pulls = sum(successes + failures for successes, failures in arms)
    if not pulls:
        return 0.0
    (s, f), (t, g) = arms
    if s * (t + g) <= t * (s + f):  # the arms stand the other way round
        return min(0.0, _mixed(arms) - _likelihood(s, f) - _likelihood(t, g))
    return _mixed(arms) - _likelihood(s + t, f + g)


def _counts(pulls: float, successes: float) -> Earned:
    successes = min(successes, pulls)
    return successes, pulls - successes


def _mixed(arms: Sequence[Earned]) -> float:
    """Return the log likelihood under the average of the priors."""
    logs = [
        math.fsum(_log_beta(a + s, b + f) - _log_beta(a, b) for s, f in arms) for a, b in _PRIORS
    ]
    most = max(logs)
    return most + math.log(math.fsum(math.exp(log - most) for log in logs) / len(logs))


def _log_beta(a: float, b: float) -> float:
    return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)


def _likelihood(successes: float, failures: float) -> float:
    """Return the log likelihood at its highest."""
    pulls = successes + failures
    return math.fsum(count * math.log(count / pulls) for count in (successes, failures) if count)


@dataclass(slots=True)
class Betting:
    """A bet against "the first arm's mean is not above the second's", decision after decision.

    Of every decision the difference of the rewards, each divided by its propensity, is right on
    average. The stake is a share of the wealth that depends on earlier decisions only (the rule
    aGRAPA of Waudby-Smith and Ramdas 2024, Estimating means of bounded random variables by
    betting), and never so much that the wealth could be gone. Use one for each look-out, from the
    first decision on.

    Attributes:
        least: the smallest propensity that either arm can have.
        log_wealth: the log e-value so far.
    """

    least: float
    log_wealth: float = 0.0
    _sum: float = 0.0
    _squares: float = 0.0
    _seen: int = 0

    def __post_init__(self) -> None:
        """Refuse a propensity that is none.

        Raises:
            ValueError: `least` is not above 0 and at most 1.
        """
        if not 0.0 < self.least <= 1.0:
            raise ValueError(f"least must be above 0 and at most 1, not {self.least!r}")

    def add(self, *, first: bool, propensity: float, reward: float) -> None:
        """Take in a decision for one of the two arms, with its final reward in [0, 1].

        Decisions for other arms count, too, with a reward of 0: they say nothing about the two.

        Args:
            first: it was for the arm that is claimed to be better.
            propensity: the probability with which its arm was drawn.
            reward: its reward.

        Raises:
            ValueError: the propensity is below `least`, or the reward is not in [0, 1].
        """
        if propensity < self.least * (1.0 - 1e-9):
            raise ValueError(f"propensity {propensity!r} is below least={self.least!r}")
        if not 0.0 <= reward <= 1.0:
            raise ValueError(f"reward must be in [0, 1], not {reward!r}")
        gain = (reward if first else -reward) / propensity
        self.log_wealth += math.log1p(self._stake() * gain)
        self._sum += gain
        self._squares += gain * gain
        self._seen += 1

    def _stake(self) -> float:
        """Return the share to bet: of mean over second moment, shrunk at first, half at most."""
        if self._sum <= 0.0:
            return 0.0
        mean = self._sum / (self._seen + 1)
        second = (self._squares + 1.0 / self.least) / (self._seen + 1)
        return min(mean / second, 0.5 * self.least)
