"""What is lost per pull, on average, by deciding for an arm now.

`loss_i = E[max over j of theta_j - theta_i]`, over the posteriors of the means. It is integrated as
`integral of F_i * (1 - product over j != i of F_j)`, in which nothing cancels, so that a loss of a
billionth is as exact as one of a tenth. The panels are those of `banditware.policies.best`.

A loss is a rule for deciding, not a test: peeked at until it is small, it says "decided" of two
equal arms nearly always. It says how much is at stake, not that anything is proven.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from banditware.policies.densities import Density, beta, normal
from banditware.policies.quadrature import CUMULATIVE, NODES, WEIGHTS

Vector = tuple[float, ...]

#: How far log densities fall until negligible, and the width of a panel in standard deviations.
_CUT, _STEP = 30.0, 0.9

#: Keeps a logarithm finite.
_ALMOST_ONE = 1.0 - 1e-15


def of_betas(parameters: Sequence[tuple[float, float]]) -> Vector:
    """Return the expected loss of each of some arms whose means are Beta(a, b)."""
    return _of([beta(each, _CUT) for each in parameters], _logistic)


def of_normals(parameters: Sequence[tuple[float, float]]) -> Vector:
    """Return the expected loss of each of some arms whose means are Normal (mean, deviation)."""
    return _of([normal(each, _CUT) for each in parameters], _itself)


def _logistic(logit: float) -> tuple[float, float]:
    """Return the mean with this logit, and its derivative."""
    part = math.exp(-abs(logit))
    whole = 1.0 + part
    return (1.0 if logit > 0.0 else part) / whole, part / (whole * whole)


def _itself(point: float) -> tuple[float, float]:
    return point, 1.0


#: From where densities are integrated to the mean, and its derivative.
_Scale = Callable[[float], tuple[float, float]]


@dataclass(slots=True)
class _Contender:
    """A posterior during the sweep from the top down.

    Attributes:
        density: the posterior.
        count: how many arms have it.
        above: probability of being above the sweep's position.
        loss: what deciding for it loses, so far.
        over: the probabilities of being above each node of the panel.
    """

    density: Density
    count: int
    above: float = 0.0
    loss: float = 0.0
    over: list[float] = field(default_factory=list)


def _of(densities: Sequence[Density], scale: _Scale) -> Vector:
    keys = [(density.mode, density.low, density.high) for density in densities]
    counts = Counter(keys)
    known = dict(zip(keys, densities, strict=True))
    contenders = {key: _Contender(known[key], count) for key, count in sorted(counts.items())}
    _sweep(list(contenders.values()), scale)
    return tuple(contenders[key].loss for key in keys)


def _sweep(contenders: list[_Contender], scale: _Scale) -> None:
    """Integrate from the highest to the lowest end of any density."""
    bottom = min(contender.density.low for contender in contenders)
    highs = sorted(contender.density.high for contender in contenders)
    top = highs.pop()
    while top > bottom:
        while highs and highs[-1] >= top:
            highs.pop()
        begun = [each for each in contenders if each.density.high >= top]
        inside = [each.density for each in begun if each.density.low < top]
        end = highs[-1] if highs else bottom
        if inside:
            width = _STEP * min(density.scale(top) for density in inside)
            end = min(max(bottom, top - width, end), math.nextafter(top, -math.inf))
        _panel(contenders, begun, scale, (top, end))
        top = end


def _panel(
    contenders: list[_Contender],
    begun: list[_Contender],
    scale: _Scale,
    ends: tuple[float, float],
) -> None:
    """Add one panel to what is known of the contenders."""
    top, width = ends[0], ends[0] - ends[1]
    nodes = [top - width * node for node in NODES]
    for contender in begun:
        density, above = contender.density.at(nodes), contender.above
        contender.over = [
            min(_ALMOST_ONE, above + width * sum(map(float.__mul__, part, density)))
            for part in CUMULATIVE
        ]
        contender.above += width * sum(map(float.__mul__, WEIGHTS, density))
    if any(each.density.low < top for each in begun):
        parts = [width * w * scale(x)[1] for w, x in zip(WEIGHTS, nodes, strict=True)]
    else:  # between densities nothing changes, however far they are apart
        whole = scale(top)[0] - scale(ends[1])[0]
        parts = [whole * weight for weight in WEIGHTS]
    for index, part in enumerate(parts):
        _lose(contenders, begun, index, part)


def _lose(contenders: list[_Contender], begun: list[_Contender], index: int, part: float) -> None:
    """Add what is lost at one node: some other arm is above it and this one is not."""
    logs = [math.log1p(-each.over[index]) for each in begun]
    together = math.fsum(each.count * log for each, log in zip(begun, logs, strict=True))
    for contender, log in zip(begun, logs, strict=True):
        contender.loss -= part * math.exp(log) * math.expm1(together - log)
    lost = -part * math.expm1(together)
    for contender in contenders:
        if not contender.over:
            contender.loss += lost
