"""What an action's own attributes add to its score, by looking up where their weights stand.

The weights differ from arm to arm, or, in a shared model, from subject to subject; their places do
not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from banditware.contextual.attributes import Schema
from banditware.contextual.encoding import Categorical, Encoder, Given, Numeric, lookable
from banditware.contextual.features import MISSING
from banditware.contextual.reading import keys_of, plain_range
from banditware.contextual.writing import PLAIN, added

#: Where a weight stands, and how often it counts.
Place = tuple[int, float]


class Index(NamedTuple):
    """Where the weights of an action's features stand.

    Attributes:
        schema: the declared attributes.
        keys: the features, the intercept first.
        numbers: name, range, reading, and the places of the weight and of the missing one.
        levels: name, reading of unusual values, and the place by level.
        hashed: so many hashed features there are; 0 if none of them matters.
        declared: names of the declared attributes.
        places: the place of every feature.
    """

    schema: Schema
    keys: tuple[str, ...]
    numbers: tuple[tuple[str, float, float, Callable[[object], float | None], int, int], ...]
    levels: tuple[tuple[str, Callable[[object], int], Mapping[object, int]], ...]
    hashed: int
    declared: frozenset[str]
    places: Mapping[str, int]

    def found(self, attributes: Given) -> list[Place]:
        """Return what an action's attributes add: places of weights, and factors."""
        try:
            found = self._found(attributes)
        except TypeError:  # a value that cannot be looked up, such as a list: it is missing
            found = self._found(lookable(attributes))
        if self.hashed:
            for key, value in added(attributes, self.declared, self.hashed).items():
                place = self.places.get("'" + key)
                if place is not None:
                    found.append((place, value))
        return found

    def _found(self, attributes: Given) -> list[Place]:
        get, plain, found = attributes.get, PLAIN, []
        for name, low, high, read, at, missing in self.numbers:
            value: Any = get(name)
            if value.__class__ not in plain or not low <= value <= high:
                value = read(value)
            found.append((missing, 1.0) if value is None else (at, value))
        for name, unusual, by_level in self.levels:
            value = get(name)
            at = by_level.get(value, -1)
            found.append((at if at >= 0 else unusual(value), 1.0))
        return found


def index(encoder: Encoder, used: Sequence[str]) -> Index:
    """Return where the weights of an action's features stand; the last place is always zero.

    Args:
        encoder: the attributes of an action.
        used: the features that have a weight.
    """
    keys = ("", *sorted(key for key in used if key.startswith("'")))
    places = {key: at for at, key in enumerate(keys)}
    none = len(keys)

    def place(key: str) -> int:
        return places.get(key, none)

    numbers = [
        (each.name, *plain_range(each), each.read, place(each.key), place(each.key + MISSING))
        for each in encoder.action
        if isinstance(each, Numeric)
    ]
    levels = [
        _places(each, place)
        for each in encoder.action
        if isinstance(each, Categorical) and any(key in places for key in keys_of(each))
    ]
    buckets = any(key.startswith("'(") for key in keys)
    return Index(
        encoder.schema,
        keys,
        tuple(each for each in numbers if min(each[4:]) < none),
        tuple(levels),
        encoder.schema.hashed if buckets else 0,
        frozenset(column.name for column in encoder.action),
        places,
    )


def _places(
    column: Categorical, place: Callable[[str], int]
) -> tuple[str, Callable[[object], int], Mapping[object, int]]:
    by_level: dict[object, int] = {level: place(key) for level, key in column.levels.items()}
    by_level[None] = place(column.key + MISSING)
    by_key = {key: place(key) for key in keys_of(column)}
    return column.name, lambda value: by_key[column.read(value)], by_level
