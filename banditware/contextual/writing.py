"""The text of a decision's features, straight from its attributes, on every request.

It says the same, character by character, as `features.text(encoder.features(...))`. Every part has
the `*` that joins it in front of it, so that a text is a sum of parts without its first character.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from banditware.contextual.encoding import (
    Categorical,
    Column,
    Encoder,
    Given,
    Numeric,
    lookable,
    undeclared,
)
from banditware.contextual.features import MISSING, written

#: Numbers up to here are written without an exponent.
LONGEST = 1e15

#: Numbers of an attribute whose text is kept: ages, counts and prices come again and again; what
#: was measured to many digits does not.
_KEPT, _DIGITS = 1_024, 9

#: Types of numbers that need no conversion; True and False are none of them.
PLAIN: frozenset[Any] = frozenset({float, int})


#: A number, or None if it is missing, and its part of the text.
Read = tuple[float | None, str]


class Numbers(NamedTuple):
    """Reads the numbers of an attribute with their texts.

    Attributes:
        known: the parts that are kept, by plain number.
        new: returns any value that is not known, as a number, with its part.
    """

    known: dict[float, str]
    new: Callable[[Any], Read]


def numbers(column: Numeric) -> Numbers:
    """Return what reads a numeric attribute; no text is kept yet."""
    known: dict[float, str] = {}
    key, read = column.key, column.read
    begin, low, high = f"*{key})", max(column.low, -LONGEST), min(column.high, LONGEST)
    plain, long = PLAIN, len(begin) + _DIGITS

    def new(value: Any) -> Read:
        if value.__class__ not in plain or not low <= value <= high:
            found = read(value)
            return found, f"*{key}{MISSING}" if found is None else number(key, found)
        if value % 1:
            part = f"{begin}{value!r}"
            if len(part) > long:
                return value, part
        else:
            part = number(key, value)
        if len(known) >= _KEPT:
            known.clear()
        known[value] = part
        return value, part

    return Numbers(known, new)


class Writer(NamedTuple):
    """What writes the features of a decision; kept as long as its model.

    Attributes:
        numbers: the texts of the subject's numbers, by the key of the attribute.
        action: returns the text of an action's attributes.
    """

    numbers: Mapping[str, Numbers]
    action: Callable[[Given], str]


def writer(encoder: Encoder) -> Writer:
    """Return what writes features by an encoder."""
    columns = [each for each in encoder.subject if isinstance(each, Numeric)]
    return Writer({each.key: numbers(each) for each in columns}, _action(encoder))


def number(key: str, value: float) -> str:
    """Return the part of a feature; none if it is zero."""
    if value == 1.0:
        return "*" + key
    return f"*{key}){written(value)}" if value else ""


def added(given: Given, declared: frozenset[str], hashed: int) -> dict[str, float]:
    """Return what the attributes that are not declared add up to, by bucket."""
    sums: dict[str, float] = {}
    if not given.keys() <= declared:
        for key, value in undeclared(given, declared, hashed):
            sums[key] = sums.get(key, 0.0) + value
    return sums


def _action(encoder: Encoder) -> Callable[[Given], str]:
    """Return what writes every feature of an action."""
    plain, hashed = _declared(encoder.action), encoder.schema.hashed
    names = frozenset(column.name for column in encoder.action)

    def text(given: Given) -> str:
        try:
            found = plain(given)
        except TypeError:  # a value that cannot be looked up, such as a list: it is missing
            found = plain(lookable(given))
        if hashed:
            for key, value in added(given, names, hashed).items():
                found += number("'" + key, value)
        return found

    return text


def _declared(columns: tuple[Column, ...]) -> Callable[[Given], str]:
    numeric = [(each.name, *numbers(each)) for each in columns if isinstance(each, Numeric)]
    levels = [
        (each.name, level_parts(each), each.read)
        for each in columns
        if isinstance(each, Categorical)
    ]
    plain = PLAIN

    def text(given: Given) -> str:
        get, found = given.get, ""
        for name, known, new in numeric:
            value: Any = get(name)
            part = known.get(value) if value.__class__ in plain else None
            found += new(value)[1] if part is None else part
        for name, by_level, read in levels:
            value = get(name)
            found += by_level.get(value) or "*" + read(value)
        return found

    return text


def level_parts(column: Categorical) -> dict[object, str]:
    """Return the part of every level of an attribute, and of none."""
    known: dict[object, str] = {level: "*" + key for level, key in column.levels.items()}
    known[None] = f"*{column.key}{MISSING}"
    return known
