"""The text of a decision's features, straight from its attributes, on every request.

It says the same, character by character, as `features.text(encoder.features(...))`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

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

#: Returns the text from the subject's context and the attributes of the chosen action.
Writer = Callable[[Given, Given], str]

_Parts = Callable[[Given], list[str]]

#: Numbers up to here are written without an exponent.
_SHORT = 1e15

#: Numbers of an attribute whose text is kept: ages, counts and prices come again and again.
_KEPT = 1_024

#: Types of numbers that need no conversion; True and False are none of them.
_PLAIN: frozenset[Any] = frozenset({float, int})


def writer(encoder: Encoder) -> Writer:
    """Return what writes features by an encoder."""
    subject = _parts(encoder.subject, encoder.schema.hashed, "")
    if not encoder.action and not encoder.schema.hashed:
        return lambda context, _attributes: "*".join(subject(context))
    action = _parts(encoder.action, encoder.schema.hashed, "'")
    return lambda context, attributes: "*".join(subject(context) + action(attributes))


def _parts(columns: tuple[Column, ...], hashed: int, mark: str) -> _Parts:
    """Return what writes every feature of the subject or of an action."""
    plain = _declared(columns)
    names = frozenset(column.name for column in columns)

    def parts(given: Given) -> list[str]:
        try:
            found = plain(given)
        except TypeError:  # a value that cannot be looked up, such as a list: it is missing
            found = plain(lookable(given))
        if hashed and not given.keys() <= names:
            sums: dict[str, float] = {}
            for key, value in undeclared(given, names, hashed):
                sums[key] = sums.get(key, 0.0) + value
            found += [part for key, value in sums.items() for part in _number(mark + key, value)]
        return found

    return parts


def _declared(columns: tuple[Column, ...]) -> _Parts:
    numbers: list[tuple[str, float, float, Numeric, dict[float, str]]] = [
        (each.name, max(each.low, -_SHORT), min(each.high, _SHORT), each, {})
        for each in columns
        if isinstance(each, Numeric)
    ]
    levels = [
        (each.name, {None: each.key + MISSING, **each.levels}, each.read)
        for each in columns
        if isinstance(each, Categorical)
    ]
    plain = _PLAIN

    def parts(given: Given) -> list[str]:
        get, found = given.get, []
        for name, low, high, column, known in numbers:
            value: Any = get(name)
            if value.__class__ in plain:
                part = known.get(value)
                if part is not None:
                    found.append(part)
                    continue
                if low <= value <= high:
                    text = repr(value)
                    if text[-2:] == ".0":
                        text = text[:-2]
                    if text not in _SPECIAL:
                        if len(known) >= _KEPT:
                            known.clear()
                        part = known[value] = f"{column.key}){text}"
                        found.append(part)
                        continue
            found += _unusual(column, value)
        for name, by_level, read in levels:
            value = get(name)
            found.append(by_level.get(value) or read(value))
        return found

    return parts


#: Numbers that are not written, or not with their key.
_SPECIAL = frozenset({"0", "-0", "1"})


def _unusual(column: Numeric, value: object) -> list[str]:
    number = column.read(value)
    return [column.key + MISSING] if number is None else _number(column.key, number)


def _number(key: str, value: float) -> list[str]:
    """Return a feature as text; none if it is zero."""
    if value == 1.0:
        return [key]
    return [f"{key}){written(value)}"] if value else []
