"""Five Gauss-Legendre nodes on a panel, and what integrates through them up to each of them."""

from __future__ import annotations

import math
from collections.abc import Sequence


def _polynomial(roots: Sequence[float]) -> list[float]:
    """Return the coefficients, constant first, of the polynomial with these roots."""
    coefficients = [1.0]
    for root in roots:
        shifted = [0.0, *coefficients]
        coefficients = [
            high - root * low for high, low in zip(shifted, [*coefficients, 0.0], strict=True)
        ]
    return coefficients


def _cumulative(nodes: Sequence[float], end: float) -> tuple[float, ...]:
    """Return the weights that integrate from 0 to `end` through the values at the nodes."""
    weights = []
    for node in nodes:
        others = [other for other in nodes if other != node]
        scale = math.prod(node - other for other in others)
        terms = enumerate(_polynomial(others), start=1)
        weights.append(math.fsum(c * end**power / power for power, c in terms) / scale)
    return tuple(weights)


def _gauss_legendre() -> tuple[float, ...]:
    """Return the five nodes on [0, 1]: the roots of the Legendre polynomial of degree 5."""
    inner, outer = (
        math.sqrt(5.0 - sign * 2.0 * math.sqrt(10.0 / 7.0)) / 3.0 for sign in (1.0, -1.0)
    )
    return tuple((1.0 + x) / 2.0 for x in (-outer, -inner, 0.0, inner, outer))


#: The nodes of a panel from 0 to 1.
NODES = _gauss_legendre()
#: The weights of the nodes in the integral over the panel.
WEIGHTS = _cumulative(NODES, 1.0)
#: The same in the integrals up to each of the nodes.
CUMULATIVE = tuple(_cumulative(NODES, node) for node in NODES)
