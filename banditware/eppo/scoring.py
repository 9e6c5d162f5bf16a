"""From a bandit's model to an action: scores, weights, and the draw that a hash makes.

Sums are taken in the order of Eppo's Rust core and one by one, so that every bit agrees.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from struct import pack, unpack
from typing import NamedTuple

from banditware.attribute_text import text_of
from banditware.eppo.attributes import ContextAttributes
from banditware.eppo.models import BanditModel, Levels, Slope
from banditware.eppo.sharding import shard

#: How finely a bandit's traffic is divided.
SHARDS = 10_000


class Chosen(NamedTuple):
    """An action.

    Attributes:
        action: its name.
        probability: its weight.
        gap: by how much its score is below the best one.
    """

    action: str
    probability: float
    gap: float


def choose(
    model: BanditModel,
    flag: str,
    subject: str,
    context: ContextAttributes,
    *,
    actions: Mapping[str, ContextAttributes],
) -> Chosen:
    """Return the action for a subject; there has to be one.

    The same flag, subject, model and actions always give the same action. Actions are shuffled by a
    hash, so that a small change of the weights moves few subjects.
    """
    names = sorted(actions, key=lambda name: (shard(f"{flag}-{subject}-{name}", SHARDS), name))
    scores = [_score(model, name, context, actions[name]) for name in names]
    best = max(sorted(range(len(names)), key=names.__getitem__), key=lambda i: _order(scores[i]))
    weights = _weights(model, scores, best)
    drawn = _drawn(weights, shard(f"{flag}-{subject}", SHARDS) / SHARDS)
    return Chosen(names[drawn], weights[drawn], scores[best] - scores[drawn])


def _score(
    model: BanditModel, name: str, context: ContextAttributes, action: ContextAttributes
) -> float:
    known = model.actions.get(name)
    if known is None:
        return model.default_score
    return (
        known.intercept
        + _added(known.action_slopes, known.action_levels, action)
        + _added(known.subject_slopes, known.subject_levels, context)
    )


def _added(
    slopes: Sequence[Slope], all_levels: Sequence[Levels], attributes: ContextAttributes
) -> float:
    """Return what attributes add; those without a coefficient add nothing."""
    numeric, categorical = attributes.numeric, attributes.categorical
    total = 0.0
    for slope in slopes:
        value = numeric.get(slope.attribute, math.nan)
        total += value * slope.coefficient if math.isfinite(value) else slope.missing
    for levels in all_levels:
        text = text_of(categorical.get(levels.attribute))
        total += levels.missing if text is None else levels.coefficients.get(text, levels.missing)
    return total


def _weights(model: BanditModel, scores: Sequence[float], best: int) -> list[float]:
    """Return inverse gap weights; the best action has what the others leave.

    Foster and Rakhlin, Beyond UCB: optimal and efficient contextual bandits with regression
    oracles (2020), algorithm 1, with a floor.
    """
    size = len(scores)
    floor = model.floor / size
    weights, others = [0.0] * size, 0.0
    for index, score in enumerate(scores):
        if index != best:
            weight = _reciprocal(size + model.gamma * (scores[best] - score))
            weights[index] = max(floor, weight)
        others += weights[index]
    weights[best] = max(0.0, 1.0 - others)
    return weights


def _drawn(weights: Sequence[float], at: float) -> int:
    """Return the first place whose cumulative weight is above `at`, or the last place."""
    reached = 0.0
    for index, weight in enumerate(weights):
        reached += weight
        if reached > at:
            return index
    return len(weights) - 1


def _reciprocal(number: float) -> float:
    return 1.0 / number if number else math.copysign(math.inf, number)


def _order(number: float) -> int:
    """Return what orders all doubles, -0 below 0 and NaN outside the infinities.

    IEEE 754 (2008), section 5.10, totalOrder.
    """
    bits: int = unpack(">q", pack(">d", number))[0]
    return bits if bits >= 0 else bits ^ 0x7FFF_FFFF_FFFF_FFFF
