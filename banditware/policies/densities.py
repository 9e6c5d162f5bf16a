"""Posterior densities of an arm's mean, in the form that the integration of `best` needs.

Densities are smooth and, for Beta and Normal, log-concave: a Beta variable is taken in the space of
its logit, where its density `x^a * (1-x)^b / B(a, b)` has no singular ends. Every log density is
taken relative to its mode, so that counts of a billion cancel nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

_LOG_TWO_PI = math.log(2.0 * math.pi)


class Density(NamedTuple):
    """One arm's posterior.

    Attributes:
        mode: where the density is highest.
        low: below this the density is negligible.
        high: above this the density is negligible.
        scale: how far the density is smooth around a point: its local standard deviation.
        at: the densities at some points.
    """

    mode: float
    low: float
    high: float
    scale: Callable[[float], float]
    at: Callable[[Sequence[float]], list[float]]


def beta(parameters: Sequence[float], cut: float) -> Density:
    """Return the density of the logit of a Beta(a, b) variable.

    Args:
        parameters: a and b, from 0.05; smaller ones have tails too long for the panels of `best`.
        cut: how far the log density falls until it is negligible.
    """
    a, b = parameters
    total = a + b
    p, q = a / total, b / total
    mode = math.log(a / b)
    peak = (
        0.5 * (math.log(a) + math.log(b) - math.log(total) - _LOG_TWO_PI)
        + _stirling(total)
        - _stirling(a)
        - _stirling(b)
    )
    exp, expm1, log1p = math.exp, math.expm1, math.log1p

    def at(points: Sequence[float]) -> list[float]:
        return [
            exp(peak + a * d - total * log1p(p * expm1(d)))
            if d <= 0.0
            else exp(peak - b * d - total * log1p(q * expm1(-d)))
            for d in [point - mode for point in points]
        ]

    deviation = math.sqrt(1.0 / a + 1.0 / b)

    def scale(point: float) -> float:
        # The logistic function has poles at +-i*pi; near them a density of small a and b is
        # rougher than its deviation says.
        return min(deviation, math.hypot(point, math.pi) / 2.0)

    return Density(mode, mode - _reach(a, b, cut), mode + _reach(b, a, cut), scale, at)


def normal(parameters: Sequence[float], cut: float) -> Density:
    """Return the density of a Normal variable.

    Args:
        parameters: mean and standard deviation, the latter above 0.
        cut: how far the log density falls until it is negligible.
    """
    mean, deviation = parameters
    peak = 1.0 / (deviation * math.sqrt(2.0 * math.pi))
    exp = math.exp

    def at(points: Sequence[float]) -> list[float]:
        return [peak * exp(-0.5 * z * z) for z in [(point - mean) / deviation for point in points]]

    reach = deviation * math.sqrt(2.0 * cut)
    return Density(mean, mean - reach, mean + reach, lambda _point: deviation, at)


def student_t(parameters: Sequence[float], cut: float) -> Density:
    """Return the density of a Student t variable.

    Args:
        parameters: location, scale and degrees of freedom, the last two above 0.
        cut: how far the log density falls until it is negligible.
    """
    location, scale, freedom = parameters
    power = (freedom + 1.0) / 2.0
    peak = math.exp(math.lgamma(power) - math.lgamma(freedom / 2.0)) / (
        math.sqrt(freedom * math.pi) * scale
    )

    def at(points: Sequence[float]) -> list[float]:
        squares = [((point - location) / scale) ** 2 for point in points]
        return [peak * math.exp(-power * math.log1p(square / freedom)) for square in squares]

    def local_scale(point: float) -> float:
        distance = (point - location) / scale
        return scale * math.sqrt((freedom + distance * distance) / (freedom + 1.0))

    reach = scale * math.sqrt(freedom * math.expm1(cut / power))
    return Density(location, location - reach, location + reach, local_scale, at)


def _stirling(x: float) -> float:
    """Return the remainder of Stirling's formula for log gamma (Abramowitz and Stegun 6.1.41)."""
    if x >= 10.0:
        square = 1.0 / (x * x)
        return (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square / 1680))) / x
    return math.lgamma(x) - (x - 0.5) * math.log(x) + x - 0.5 * _LOG_TWO_PI


def _reach(a: float, b: float, cut: float) -> float:
    """Return how far below the mode the log density of a Beta's logit has fallen by `cut`.

    Or by up to 1 more: Newton's method aims half way between, and as the log density is concave,
    it comes closer from outside with every step but the first. It takes about 5; the bound is for
    what is not a number.
    """
    total = a + b
    p = a / total
    d = -math.sqrt(2.0 * cut * (1.0 / a + 1.0 / b))
    for _ in range(64):
        growth = p * math.expm1(d)
        excess = a * d - total * math.log1p(growth) + cut
        if -1.0 < excess <= 0.0:
            break
        d -= (excess + 0.5) / (a - total * (p + growth) / (1.0 + growth))
    return -d
