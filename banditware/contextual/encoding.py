"""From attributes to features: what a decision's context is to a model.

Nothing a context can hold is an error here: what cannot be read is missing, what is not known is
`other`, and attributes that nobody declared share a few hashed features.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from typing import Any, NamedTuple

from banditware.contextual.attributes import (
    Attribute,
    Schema,
    kind_of,
    level_in,
    number_in,
)
from banditware.contextual.features import (
    MISSING,
    MOST_LEVELS,
    OTHER,
    Vocabulary,
    attribute_key,
    level_key,
    unescaped,
)

#: A context or the attributes of an action, as the caller or the request gave them.
Given = Mapping[str, Any]

#: So much of an undeclared attribute's text tells it from others.
_HASHED_TEXT = 256


class Numeric(NamedTuple):
    """A numeric attribute, ready to be encoded.

    Attributes:
        name: its key in the context.
        key: the key of its feature.
        low: the lowest value.
        high: the highest value.
    """

    name: str
    key: str
    low: float
    high: float

    def read(self, value: object) -> float | None:
        """Return the value within its range; None if it is missing."""
        number = number_in(value)
        return None if number is None else min(max(number, self.low), self.high)


class Categorical(NamedTuple):
    """A categorical attribute, ready to be encoded.

    Attributes:
        name: its key in the context.
        key: the key of the attribute.
        levels: the key of the feature by level.
        open: True if levels that are seen first are to be kept.
    """

    name: str
    key: str
    levels: Mapping[str, str]
    open: bool

    def read(self, value: object) -> str:
        """Return the key of the feature that is 1."""
        level = level_in(value)
        if level is None:
            return self.key + MISSING
        return self.levels.get(level) or self.key + OTHER


Column = Numeric | Categorical


@dataclass(frozen=True, slots=True)
class Encoder:
    """Encodes contexts by a schema and the levels that are known by now; keep one per snapshot.

    Attributes:
        schema: the declared attributes.
        subject: how to read those of the subject; numbers first, in the order of their keys.
        action: how to read those of an action, likewise.
    """

    schema: Schema
    subject: tuple[Column, ...]
    action: tuple[Column, ...]

    def features(self, context: Given, attributes: Given) -> dict[str, float]:
        """Return the encoded vector of a subject's context and an action's attributes."""
        features: dict[str, float] = {}
        for columns, given, mark in ((self.subject, context, ""), (self.action, attributes, "'")):
            features.update(_declared(columns, given))
            for key, value in self.hashed(columns, given):
                features[mark + key] = features.get(mark + key, 0.0) + value
        return {key: value for key, value in features.items() if value}

    def hashed(self, columns: tuple[Column, ...], given: Given) -> Iterable[tuple[str, float]]:
        """Return what the undeclared attributes of the subject or an action add to which bucket."""
        names = [column.name for column in columns]
        if not self.schema.hashed or len(given) == sum(name in given for name in names):
            return ()
        return undeclared(given, names, self.schema.hashed)

    def unseen(self, context: Given, attributes: Given) -> list[str]:
        """Return the keys of levels that are to be recorded as first seen."""
        return [
            key
            for columns, given in ((self.subject, context), (self.action, attributes))
            for column in columns
            if isinstance(column, Categorical)
            and column.open
            and len(column.levels) < MOST_LEVELS
            and (level := level_in(given.get(column.name))) is not None
            and level not in column.levels
            and (key := level_key(column.key, level)) != column.key + OTHER
        ]


def encoder(schema: Schema, vocabulary: Vocabulary) -> Encoder:
    """Return what encodes by a schema, with the first seen levels of a snapshot."""
    subject = [_column(each, attribute_key(each.name), vocabulary) for each in schema.subject]
    action = [
        _column(each, attribute_key(each.name, action=True), vocabulary) for each in schema.action
    ]
    return Encoder(schema, tuple(_in_order(subject)), tuple(_in_order(action)))


def encode(
    schema: Schema, vocabulary: Vocabulary, context: Given, attributes: Given
) -> dict[str, float]:
    """Return the encoded vector of a single decision; see `Encoder`, which is faster for many."""
    return encoder(schema, vocabulary).features(context, attributes)


def unseen(schema: Schema, vocabulary: Vocabulary, context: Given, attributes: Given) -> list[str]:
    """Return the levels to record for a single decision; see `Encoder`, which is faster."""
    return encoder(schema, vocabulary).unseen(context, attributes)


def undeclared(given: Given, declared: Container[str], buckets: int) -> Iterator[tuple[str, float]]:
    """Yield what the attributes that are not declared add to which bucket."""
    for name, value in given.items():
        if name in declared:
            continue
        kind = kind_of(value)
        if kind == "numeric":
            number = number_in(value)
            yield f"({bucket(name, '', buckets)}", number or 0.0
        elif kind == "categorical":
            text = (level_in(value) or "")[:_HASHED_TEXT]
            yield f"({bucket(name, '=' + text, buckets)}", 1.0


@lru_cache(4_096)
def bucket(name: str, text: str, buckets: int) -> int:
    """Return the bucket of an undeclared attribute; the same in every process."""
    digest = blake2b((name + text).encode(errors="surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big") % buckets


def _column(attribute: Attribute, key: str, vocabulary: Vocabulary) -> Column:
    name, kind, levels, low, high = attribute
    if kind == "numeric":
        return Numeric(
            name, key, -float("inf") if low is None else low, float("inf") if high is None else high
        )
    known = _first_seen(vocabulary.get(key, ())) if levels is None else levels
    keys = {level: level_key(key, level) for level in known}
    return Categorical(name, key, keys, open=levels is None)


def _first_seen(levels: Iterable[str]) -> list[str]:
    """Return the levels of a vocabulary; what stands there without being one is left out."""
    return [level for level in map(_level, sorted(levels)) if level is not None]


def _level(text: str) -> str | None:
    try:
        return unescaped(text)
    except ValueError:
        return None


def _declared(columns: Iterable[Column], given: Given) -> Iterator[tuple[str, float]]:
    for column in columns:
        value = column.read(given.get(column.name))
        if isinstance(value, str):
            yield value, 1.0
        elif value is None:
            yield column.key + MISSING, 1.0
        else:
            yield column.key, value


def _in_order(columns: Iterable[Column]) -> list[Column]:
    return sorted(columns, key=lambda column: (isinstance(column, Categorical), column.key))


def lookable(given: Given) -> Given:
    """Return the attributes whose values can be looked up in a table; others are missing."""
    return {key: value for key, value in given.items() if isinstance(value, str | int | float)}
