"""The columns of a model: which features it uses, and in which coordinates.

Ridge regression depends on the units of its features; ours must not. So every column is
standardised by the mean and the deviation that its feature has over all arms, which the sums of the
arms together hold. A missing number stands at the mean of those that are there, a feature that
never varies is left out, and a product is that of two standardised columns. All of this is linear
in the features as they were recorded: a column is a sum of a few *coordinates*, and a coordinate is
a sum of a few features.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from banditware.contextual.attributes import Schema
from banditware.contextual.encoding import Categorical, Encoder
from banditware.contextual.features import (
    MISSING,
    OTHER,
    TIMES,
    is_hashed,
    is_indicator,
)
from banditware.contextual.moments import Moments

#: A sum by key; the key of the intercept is empty.
Terms = Mapping[str, float]

#: The key of what is always 1.
INTERCEPT = ""

#: A variance below this share of the mean square is rounding.
_CONSTANT = 1e-12


class Coordinate(NamedTuple):
    """A feature in standard units: numbers are centred, levels and buckets are zero where absent.

    Attributes:
        key: the feature's key.
        terms: the sum of features that it is.
        mean: its mean over all decisions.
        support: how many decisions it is not missing from.
    """

    key: str
    terms: Terms
    mean: float
    support: float


class Column(NamedTuple):
    """A column of the model: mean 0 and, but for products, variance 1.

    Attributes:
        key: the key of its feature or product.
        terms: the sum of coordinates that it is.
    """

    key: str
    terms: Terms


class Design(NamedTuple):
    """All columns of a model.

    Attributes:
        columns: the intercept first, the others in the order of their keys.
        coordinates: by key, the sum of features that a coordinate is.
        dropped: columns that were left out because there were too many.
    """

    columns: tuple[Column, ...]
    coordinates: Mapping[str, Terms]
    dropped: int = 0

    def features(self) -> tuple[str, ...]:
        """Return the keys of all features that the columns are made of, the intercept first."""
        used = {
            key
            for column in self.columns
            for coordinate in column.terms
            for key in self.coordinates[coordinate]
        }
        return tuple(sorted(used | {INTERCEPT}))


def design(encoder: Encoder, pooled: Moments, *, shared: bool, most: int) -> Design:
    """Return the columns of a model.

    Args:
        encoder: which features there can be; others in the sums are of an earlier configuration.
        pooled: the sums over all arms.
        shared: also take the products of the subject's and the action's features.
        most: so many columns at most, the intercept included. Products go first, then hashed
            features, then what is known of the fewest decisions.
    """
    found = [coordinate(key, pooled) for key in _possible(encoder) if key != INTERCEPT]
    simple = [each for each in found if each is not None]
    coordinates: dict[str, Terms] = {INTERCEPT: {INTERCEPT: 1.0}}
    coordinates.update((each.key, each.terms) for each in simple)
    ranked = [(_rank(each), _column(each)) for each in simple]
    if shared:
        for (rank, column), (other_rank, other) in _crossed(ranked):
            terms = product(column.terms, other.terms)
            ranked.append(
                (
                    (True, *max(rank[1:], other_rank[1:])),
                    Column(column.key + TIMES + other.key, terms),
                )
            )
            coordinates.update(_products(terms, coordinates))
    ranked.sort(key=lambda each: (each[0], each[1].key))
    kept = sorted((column for _, column in ranked[: most - 1]), key=lambda column: column.key)
    columns = (Column(INTERCEPT, {INTERCEPT: 1.0}), *kept)
    used = {key for column in columns for key in column.terms}
    needed = {key: terms for key, terms in coordinates.items() if key in used}
    return Design(columns, needed, len(ranked) - len(kept))


def coordinate(key: str, pooled: Moments) -> Coordinate | None:
    """Return a feature in standard units, or None if it does not vary."""
    pulls, products = pooled.pulls, pooled.products
    total = products.get((INTERCEPT, key), 0.0)
    if is_indicator(key):
        varies = _CONSTANT * pulls < total < pulls * (1.0 - _CONSTANT)
        return Coordinate(key, {key: 1.0}, total / pulls, total) if varies else None
    missing = 0.0 if is_hashed(key) else products.get((INTERCEPT, key + MISSING), 0.0)
    present = pulls - missing
    square = products.get((key, key), 0.0)
    if present <= 0.0 or square <= 0.0:
        return None
    mean = total / present
    variance = square / present - mean * mean
    if variance <= _CONSTANT * square / present:
        return None
    scale = 1.0 / math.sqrt(variance)
    if is_hashed(key):
        return Coordinate(key, {key: scale}, mean * scale, 0.0)
    # A missing number adds zero to the sums, so the mean is added back, even if none has been yet.
    terms = {key: scale, INTERCEPT: -mean * scale, key + MISSING: mean * scale}
    return Coordinate(key, terms, 0.0, present)


def product(left: Terms, right: Terms) -> dict[str, float]:
    """Return the product of two sums, one of the subject's keys and one of the action's."""
    return {
        _times(first, second): value * factor
        for first, value in left.items()
        for second, factor in right.items()
    }


def _times(subject: str, action: str) -> str:
    return f"{subject}{TIMES}{action}" if subject and action else subject or action


def _products(terms: Terms, coordinates: Mapping[str, Terms]) -> Iterator[tuple[str, Terms]]:
    """Yield the coordinates that a column of a product needs."""
    for key in terms:
        subject, times, action = key.partition(TIMES)
        if times:
            yield key, product(coordinates[subject], coordinates[action])


def _possible(encoder: Encoder) -> Iterator[str]:
    """Yield the key of every feature that the encoder can give."""
    for column in (*encoder.subject, *encoder.action):
        yield column.key + MISSING
        if isinstance(column, Categorical):
            yield column.key + OTHER
            yield from column.levels.values()
        else:
            yield column.key
    schema: Schema = encoder.schema
    for number in range(schema.hashed):
        yield f"({number}"
        yield f"'({number}"


_Rank = tuple[bool, bool, float]


def _rank(each: Coordinate) -> _Rank:
    return False, is_hashed(each.key), -each.support


def _column(each: Coordinate) -> Column:
    """Return the column of a feature: its coordinate, centred, and scaled if that is a level."""
    if not each.mean:
        return Column(each.key, {each.key: 1.0})
    scale = 1.0
    if is_indicator(each.key):
        scale = 1.0 / math.sqrt(each.mean * (1.0 - each.mean))
    return Column(each.key, {each.key: scale, INTERCEPT: -each.mean * scale})


def _crossed(
    ranked: Iterable[tuple[_Rank, Column]],
) -> list[tuple[tuple[_Rank, Column], tuple[_Rank, Column]]]:
    both = list(ranked)
    return [
        (left, right)
        for left in both
        if not left[1].key.startswith("'")
        for right in both
        if right[1].key.startswith("'")
    ]
