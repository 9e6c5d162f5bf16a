"""How the sums of contextual models are recorded, kept and read back.

A record of a spool holds the encoded vector once, as text: the products that it comes to are worked
out when the spool is carried to the store, off the request path.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from banditware.contextual.features import Vocabulary, parsed, vocabulary
from banditware.contextual.moments import Moments, Pair, expanded, merged, pairs
from banditware.counts import HOLDOUT, Fields
from banditware.model import SHARED

#: Share by which the pulls of an arm's cohort have matured, by arm (or `SHARED`) and cohort.
Shares = Mapping[tuple[str, int], float]

#: Whole numbers up to here are written as such, so that stores add them exactly.
_WHOLE = 2**31


def unpacked(deltas: Fields) -> Fields:
    """Return deltas with what encoded vectors come to in the place of their texts.

    Raises:
        ValueError: a text is no encoded vector.
    """
    if not any(name.startswith(("X/", "Y/")) for name in deltas):
        return deltas
    result: dict[str, float] = {}
    for name, number in deltas.items():
        for field, value in _added(name, number):
            result[field] = result.get(field, 0) + value
    return result


def _added(name: str, number: float) -> Iterator[tuple[str, float]]:
    kind = name[:2]
    if kind not in {"X/", "Y/"}:
        yield name, number
        return
    _, model, cohort, text = name.split("/", 3)
    features = parsed(text)
    if model == SHARED:
        features = expanded(features)
    if kind == "X/":
        for (one, other), value in pairs(features):
            yield f"A/{model}/{cohort}/{one}/{other}", _whole(number * value)
    else:
        for key, value in features.items():
            yield f"b/{model}/{cohort}/{key}", number * value


def _whole(value: float) -> float:
    return int(value) if -_WHOLE < value < _WHOLE and value == int(value) else value


def moments(fields: Fields, shares: Shares, *, goal: str) -> dict[str, Moments]:
    """Return what the models of a ledger are fitted from, by arm; `SHARED` has those of all arms.

    Args:
        fields: the ledger's counts.
        shares: how far pulls have matured.
        goal: the goal that the policy maximises.
    """
    plain = _plain(fields, shares, goal)
    products, rewarded = _sums(fields, shares)
    plain[SHARED] = merged(plain.values())
    return {
        model: numbers._replace(products=products.get(model, {}), rewarded=rewarded.get(model, {}))
        for model, numbers in plain.items()
    }


def _plain(fields: Fields, shares: Shares, goal: str) -> dict[str, Moments]:
    """Return matured pulls, sum and squares of the rewards, by arm."""
    plain: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0])
    for name, number in fields.items():
        kind, *rest = name.split("/")
        if rest[0] == HOLDOUT:
            continue
        if kind == "n":
            plain[rest[0]][0] += number * shares.get((rest[0], int(rest[1])), 1.0)
        elif kind in {"s", "q"} and rest[2] == goal:
            plain[rest[0]][1 if kind == "s" else 2] += number
    return {arm: Moments(pulls, total, squares) for arm, (pulls, total, squares) in plain.items()}


def _sums(
    fields: Fields, shares: Shares
) -> tuple[dict[str, dict[Pair, float]], dict[str, dict[str, float]]]:
    """Return matured products of features, and features times rewards, by model."""
    products: dict[str, dict[Pair, float]] = defaultdict(dict)
    rewarded: dict[str, dict[str, float]] = defaultdict(dict)
    for name, number in fields.items():
        if name.startswith("A/"):
            _, model, cohort, one, other = name.split("/")
            matured = number * shares.get((model, int(cohort)), 1.0)
            sums = products[model]
            sums[one, other] = sums.get((one, other), 0.0) + matured
        elif name.startswith("b/"):
            _, model, _, key = name.split("/")
            rewarded[model][key] = rewarded[model].get(key, 0.0) + number
    return products, rewarded


def first_seen(fields: Fields) -> Vocabulary:
    """Return the levels that were recorded as first seen, those seen most often first."""
    seen = [(-number, name[2:]) for name, number in fields.items() if name.startswith("l/")]
    return vocabulary(key for _, key in sorted(seen))
