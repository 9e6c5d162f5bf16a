"""Scores straight from attributes: tables that are made once per snapshot, read on every request.

A score is linear in the features, so an attribute adds to each of several sums: a number times one
weight per sum, or the weights of a level, looked up once for all sums. No feature is ever built.
The sums are the scores of the arms, or, for a shared model, the weights that this subject gives to
the features of an action.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from operator import mul
from typing import Any, NamedTuple

from banditware.contextual.attributes import LARGEST
from banditware.contextual.encoding import (
    Categorical,
    Column,
    Encoder,
    Given,
    Numeric,
    lookable,
    undeclared,
)
from banditware.contextual.features import MISSING, OTHER

#: One number per sum.
Row = tuple[float, ...]

#: The weights of one sum by feature.
ByFeature = Mapping[str, float]

#: Types of numbers that need no conversion; True and False are none of them.
PLAIN: frozenset[Any] = frozenset({float, int})

#: Up to so many sums are added one by one, which is faster than lists.
_FEW = 4


class _Number(NamedTuple):
    """A numeric attribute: its name, range, reading of unusual values, and weights per sum."""

    name: str
    low: float
    high: float
    read: Callable[[object], float | None]
    weights: Row
    missing: Row


class _Level(NamedTuple):
    """A categorical attribute: its name, reading of unusual values, and weights by level."""

    name: str
    read: Callable[[object], Row]
    by_level: Mapping[object, Row]


class Table(NamedTuple):
    """What every attribute of the subject adds to every sum.

    Attributes:
        base: what the sums are before.
        numbers: the numeric attributes that matter.
        levels: the categorical ones, likewise.
        buckets: weights per sum of the hashed features that matter.
        hashed: so many hashed features there are.
        declared: names of the declared attributes.
    """

    base: Row
    numbers: tuple[_Number, ...]
    levels: tuple[_Level, ...]
    buckets: Mapping[str, Row]
    hashed: int
    declared: frozenset[str]


def table(encoder: Encoder, sums: Sequence[ByFeature]) -> Table:
    """Return what the subject's attributes add to sums with these weights."""

    def row(key: str) -> Row:
        return tuple(weights.get(key, 0.0) for weights in sums)

    columns = encoder.subject
    numbers = [_number(each, row) for each in columns if isinstance(each, Numeric)]
    levels = [
        _level(each, row)
        for each in columns
        if isinstance(each, Categorical) and any(any(row(key)) for key in keys_of(each))
    ]
    buckets = {key: row(key) for key in (f"({n}" for n in range(encoder.schema.hashed))}
    return Table(
        row(""),
        tuple(each for each in numbers if any(each.weights) or any(each.missing)),
        tuple(levels),
        {key: weights for key, weights in buckets.items() if any(weights)},
        encoder.schema.hashed,
        frozenset(column.name for column in columns),
    )


Sums = Callable[[Given], list[float]]


def sums(of: Table) -> Sums:
    """Return what adds up a subject's attributes."""
    plain = _few(of) if len(of.base) <= _FEW else _many(of)
    buckets, hashed, declared = of.buckets, of.hashed, of.declared

    def careful(context: Given) -> list[float]:
        try:
            return plain(context)
        except TypeError:  # a value that cannot be looked up, such as a list: it is missing
            return plain(lookable(context))

    def with_undeclared(context: Given) -> list[float]:
        found = careful(context)
        if not context.keys() <= declared:
            for key, value in undeclared(context, declared, hashed):
                if key in buckets:
                    found = [each + value * w for each, w in zip(found, buckets[key], strict=True)]
        return found

    return with_undeclared if buckets else careful


def _few(of: Table) -> Sums:
    """Return what adds up to four sums; the ones that are not there are zero."""
    size = len(of.base)

    def padded(row: Row) -> Row:
        return (*row, *(0.0,) * (_FEW - size))

    start = padded(of.base)
    numbers = [
        (name, low, high, read, padded(weights), padded(missing))
        for name, low, high, read, weights, missing in of.numbers
    ]
    levels = [
        (each.name, _padding(each.read, padded), {k: padded(r) for k, r in each.by_level.items()})
        for each in of.levels
    ]
    plain = PLAIN

    def add(context: Given) -> list[float]:
        get = context.get
        a, b, c, d = start
        for name, low, high, read, weights, missing in numbers:
            value: Any = get(name)
            if value.__class__ not in plain or not low <= value <= high:
                value = read(value)
            if value is None:
                w, x, y, z = missing
                a, b, c, d = a + w, b + x, c + y, d + z
            else:
                w, x, y, z = weights
                a, b, c, d = a + w * value, b + x * value, c + y * value, d + z * value
        for name, unusual, by_level in levels:
            value = get(name)
            w, x, y, z = by_level.get(value) or unusual(value)
            a, b, c, d = a + w, b + x, c + y, d + z
        return [a, b, c, d][:size]

    return add


def _padding(
    read: Callable[[object], Row], padded: Callable[[Row], Row]
) -> Callable[[object], Row]:
    return lambda value: padded(read(value))


def _many(of: Table) -> Sums:
    """Return what adds up any number of sums."""
    base, numbers, levels, plain = of.base, of.numbers, of.levels, PLAIN
    weights = tuple(zip(*(each.weights for each in numbers), strict=True))

    def add(context: Given) -> list[float]:
        get = context.get
        rows: list[Row] = [base]
        values: list[float] = []
        for name, low, high, read, _, missing in numbers:
            value: Any = get(name)
            if value.__class__ not in plain or not low <= value <= high:
                value = read(value)
                if value is None:
                    rows.append(missing)
                    value = 0.0
            values.append(value)
        for name, unusual, by_level in levels:
            value = get(name)
            rows.append(by_level.get(value) or unusual(value))
        found: list[float] = list(map(sum, zip(*rows)))  # noqa: B905  # rows are equally long
        if values:
            return [each + sum(map(mul, values, row)) for each, row in zip(found, weights)]  # noqa: B905  # both are one per sum
        return found

    return add


def _number(column: Numeric, row: Callable[[str], Row]) -> _Number:
    low, high = plain_range(column)
    return _Number(column.name, low, high, column.read, row(column.key), row(column.key + MISSING))


def plain_range(column: Numeric) -> tuple[float, float]:
    """Return the range of numbers that count as they are."""
    return max(column.low, -LARGEST), min(column.high, LARGEST)


def _level(column: Categorical, row: Callable[[str], Row]) -> _Level:
    by_level: dict[object, Row] = {level: row(key) for level, key in column.levels.items()}
    by_key = {key: row(key) for key in keys_of(column)}
    by_level[None] = by_key[column.key + MISSING]
    return _Level(column.name, lambda value: by_key[column.read(value)], by_level)


def keys_of(column: Column) -> list[str]:
    """Return the keys of all levels of a categorical attribute, missing and `other` included."""
    levels = column.levels.values() if isinstance(column, Categorical) else ()
    return [column.key + MISSING, column.key + OTHER, *levels]
