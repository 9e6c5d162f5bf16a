"""Scores and the text of features straight from attributes: one look at the subject on a request.

A score is linear in the features, so an attribute adds to each of several sums: a number times one
weight per sum, or the weights of a level, looked up once for all sums, with the text that says so.
No feature is ever built. The sums are the scores of the arms, or, for a shared model, the weights
that this subject gives to the features of an action. Their tables are made once per snapshot.
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
)
from banditware.contextual.features import MISSING, OTHER
from banditware.contextual.writing import PLAIN, Numbers, Read, Writer, added, number

#: One number per sum.
Row = tuple[float, ...]

#: What a level adds to every sum, and how it is written.
Entry = tuple[Row, str]

#: The weights of one sum by feature.
ByFeature = Mapping[str, float]

#: There are at least so many sums. A few are added one by one, which is faster than lists.
_LEAST = 3


class _Number(NamedTuple):
    """A numeric attribute.

    Attributes:
        name: its name.
        known: the texts of its numbers that are kept.
        new: reads and writes others.
        weights: one per sum.
        missing: what it adds if it is missing.
    """

    name: str
    known: Mapping[float, str]
    new: Callable[[object], Read]
    weights: Row
    missing: Row


class _Level(NamedTuple):
    """A categorical attribute: its name, reading of unusual values, and what each level adds."""

    name: str
    read: Callable[[object], Entry]
    by_level: Mapping[object, Entry]


class Table(NamedTuple):
    """What every attribute of the subject adds to every sum.

    Attributes:
        base: what the sums are before.
        numbers: the numeric attributes.
        levels: the categorical ones.
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

    def padded(self, row: Row) -> Row:
        """Return a row as `Look` takes it: with zeros for sums that are not there."""
        return (*row, *(0.0,) * (_LEAST - len(self.base)))


def table(encoder: Encoder, sums: Sequence[ByFeature], writer: Writer) -> Table:
    """Return what the subject's attributes add to sums with these weights."""

    def row(key: str) -> Row:
        return tuple(weights.get(key, 0.0) for weights in sums)

    columns = encoder.subject
    buckets = {key: row(key) for key in (f"({n}" for n in range(encoder.schema.hashed))}
    return Table(
        row(""),
        tuple(
            _number(each, row, writer.numbers[each.key])
            for each in columns
            if isinstance(each, Numeric)
        ),
        tuple(_level(each, row) for each in columns if isinstance(each, Categorical)),
        {key: weights for key, weights in buckets.items() if any(weights)},
        encoder.schema.hashed,
        frozenset(column.name for column in columns),
    )


#: Returns the sums, and the text of the subject's features, from its attributes and what the sums
#: are before. It raises TypeError for a value that cannot be looked up, such as a list.
Look = Callable[[Given, Row], tuple[list[float], str]]


def look(of: Table) -> Look:
    """Return what looks at a subject's attributes."""
    plain = _ADDING.get(len(of.padded(of.base)), _many)(of)
    buckets, hashed, declared = of.buckets, of.hashed, of.declared

    def with_undeclared(context: Given, start: Row) -> tuple[list[float], str]:
        found, text = plain(context, start)
        for key, value in added(context, declared, hashed).items():
            text += number(key, value)
            if key in buckets:
                found = [each + value * w for each, w in zip(found, buckets[key], strict=True)]
        return found, text

    return with_undeclared if hashed else plain


def _three(of: Table) -> Look:
    """Return what adds up to three sums; the ones that are not there are zero."""
    size, plain = len(of.base), PLAIN
    numbers, levels = _flat(of)

    def add(context: Given, start: Row) -> tuple[list[float], str]:
        get, text = context.get, ""
        a, b, c = start
        for name, known, new, w, x, y, missing in numbers:
            value: Any = get(name)
            part = known.get(value)
            if part is None or value.__class__ not in plain:
                value, part = new(value)
                if value is None:
                    value = 1.0
                    w, x, y = missing  # noqa: PLW2901  # instead of the weights
            text += part
            a += w * value
            b += x * value
            c += y * value
        for name, unusual, by_level in levels:
            value = get(name)
            w, x, y, part = by_level.get(value) or unusual(value)
            a += w
            b += x
            c += y
            text += part
        return [a, b, c] if size == 3 else [a, b, c][:size], text

    return add


def _four(of: Table) -> Look:
    """Return what adds four sums."""
    numbers, levels = _flat(of)
    plain = PLAIN

    def add(context: Given, start: Row) -> tuple[list[float], str]:
        get, text = context.get, ""
        a, b, c, d = start
        for name, known, new, w, x, y, z, missing in numbers:
            value: Any = get(name)
            part = known.get(value)
            if part is None or value.__class__ not in plain:
                value, part = new(value)
                if value is None:
                    value = 1.0
                    w, x, y, z = missing  # noqa: PLW2901  # instead of the weights
            text += part
            a += w * value
            b += x * value
            c += y * value
            d += z * value
        for name, unusual, by_level in levels:
            value = get(name)
            w, x, y, z, part = by_level.get(value) or unusual(value)
            a += w
            b += x
            c += y
            d += z
            text += part
        return [a, b, c, d], text

    return add


def _flat(of: Table) -> tuple[list[Any], list[Any]]:
    """Return the numbers and levels of a table with what they add in one row each."""
    padded = of.padded

    def flat(entry: Entry) -> tuple[Any, ...]:
        return (*padded(entry[0]), entry[1])

    def reading(read: Callable[[object], Entry]) -> Callable[[object], tuple[Any, ...]]:
        return lambda value: flat(read(value))

    numbers = [(*each[:3], *padded(each.weights), padded(each.missing)) for each in of.numbers]
    levels = [
        (name, reading(read), {level: flat(entry) for level, entry in by_level.items()})
        for name, read, by_level in of.levels
    ]
    return numbers, levels


def _many(of: Table) -> Look:
    """Return what adds up any number of sums."""
    numbers, levels, plain = of.numbers, of.levels, PLAIN
    weights = tuple(zip(*(each.weights for each in numbers), strict=True))

    def add(context: Given, start: Row) -> tuple[list[float], str]:
        get, text = context.get, ""
        rows: list[Row] = [start]
        values: list[float] = []
        for name, known, new, _, missing in numbers:
            value: Any = get(name)
            part = known.get(value)
            if part is None or value.__class__ not in plain:
                value, part = new(value)
                if value is None:
                    value = 0.0
                    rows.append(missing)
            text += part
            values.append(value)
        for name, unusual, by_level in levels:
            value = get(name)
            row, part = by_level.get(value) or unusual(value)
            rows.append(row)
            text += part
        found: list[float] = list(map(sum, zip(*rows)))  # noqa: B905  # rows are equally long
        if values:
            found = [each + sum(map(mul, values, row)) for each, row in zip(found, weights)]  # noqa: B905  # both are one per sum
        return found, text

    return add


_ADDING = {3: _three, 4: _four}


def _number(column: Numeric, row: Callable[[str], Row], texts: Numbers) -> _Number:
    weights, missing = row(column.key), row(column.key + MISSING)
    return _Number(column.name, texts.known, texts.new, weights, missing)


def plain_range(column: Numeric) -> tuple[float, float]:
    """Return the range of numbers that count as they are."""
    return max(column.low, -LARGEST), min(column.high, LARGEST)


def _level(column: Categorical, row: Callable[[str], Row]) -> _Level:
    by_key: dict[str, Entry] = {key: (row(key), "*" + key) for key in keys_of(column)}
    by_level: dict[object, Entry] = {level: by_key[key] for level, key in column.levels.items()}
    by_level[None] = by_key[column.key + MISSING]
    return _Level(column.name, lambda value: by_key[column.read(value)], by_level)


def keys_of(column: Column) -> list[str]:
    """Return the keys of all levels of a categorical attribute, missing and `other` included."""
    levels = column.levels.values() if isinstance(column, Categorical) else ()
    return [column.key + MISSING, column.key + OTHER, *levels]
