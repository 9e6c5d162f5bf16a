"""What a model is fitted from: per arm, the sums of its decisions and of their rewards.

Every sum is additive over decisions, so workers, cohorts and regions can be added up in any order,
and weighed by how far they have matured. `pairs` defines what one decision adds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import chain, combinations
from types import MappingProxyType
from typing import NamedTuple

from banditware.contextual.features import TIMES, Features, is_indicator

Pair = tuple[str, str]

#: Keys recur with every decision, so what they are is looked up.
_indicator = lru_cache(4_096)(is_indicator)

_NOTHING: Mapping[str, float] = MappingProxyType({})
_NO_PAIRS: Mapping[Pair, float] = MappingProxyType({})


class Moments(NamedTuple):
    """Sums over the decisions for one arm: x are features (without the intercept), r rewards.

    Attributes:
        pulls: sum of 1, matured.
        total: sum of r.
        squares: sum of r squared.
        products: sum of `x_f * x_g` by `(f, g)` with f <= g, matured likewise. `("", f)` is the sum
            of `x_f`; `(f, f)` is left out where it is the same, for indicators.
        rewarded: sum of `r * x_f` by f.
    """

    pulls: float = 0.0
    total: float = 0.0
    squares: float = 0.0
    products: Mapping[Pair, float] = _NO_PAIRS
    rewarded: Mapping[str, float] = _NOTHING


def pairs(features: Features) -> Iterator[tuple[Pair, float]]:
    """Return what one decision with these features adds to `Moments.products`."""
    items = sorted(features.items())
    alone = [(("", key), value) for key, value in items]
    squares = [((key, key), value * value) for key, value in items if not _indicator(key)]
    crossed = [
        ((key, other), value * factor) for (key, value), (other, factor) in combinations(items, 2)
    ]
    return chain(alone, squares, crossed)


def expanded(features: Features) -> dict[str, float]:
    """Return the features of the shared model: all, and those of the subject times the action's.

    What `pairs` is called with, and `rewarded` has, where the experiment's model is shared.
    """
    subject = [item for item in features.items() if not item[0].startswith("'")]
    action = [item for item in features.items() if item[0].startswith("'")]
    products = {f"{s}{TIMES}{a}": x * y for s, x in subject for a, y in action}
    return {**features, **products}


def observed(features: Features, reward: float | None = None, weight: float = 1.0) -> Moments:
    """Return the moments of a single decision, with its reward if it has one."""
    products = {pair: weight * value for pair, value in pairs(features)}
    if reward is None:
        return Moments(weight, products=products)
    rewarded = {key: reward * value for key, value in features.items()}
    return Moments(weight, reward, reward * reward, products, rewarded)


def merged(parts: Iterable[Moments]) -> Moments:
    """Return the sum of some moments."""
    pulls = total = squares = 0.0
    products: dict[Pair, float] = {}
    rewarded: dict[str, float] = {}
    for part in parts:
        pulls += part.pulls
        total += part.total
        squares += part.squares
        for pair, value in part.products.items():
            products[pair] = products.get(pair, 0.0) + value
        for key, value in part.rewarded.items():
            rewarded[key] = rewarded.get(key, 0.0) + value
    return Moments(pulls, total, squares, products, rewarded)
