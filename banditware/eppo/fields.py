"""Reading the fields of a file: each has its type, and what is wrong is said with its place."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from banditware.eppo.errors import UnreadableError
from banditware.eppo.times import read_time

Kind = TypeVar("Kind")

#: Stands for a key that has to be there.
_REQUIRED: Any = object()

_NAMES = {str: "text", bool: "true or false", list: "a list", dict: "a mapping"}

_LARGEST_COUNT = 2**32 - 1


def field(fields: Any, key: str, kind: type[Kind], default: Any = _REQUIRED) -> Kind:
    """Return the value of a key, which has to be of that kind.

    Raises:
        UnreadableError: it is missing and has no default, or is of another kind.
    """
    value = part(fields, key, default)
    if not isinstance(value, kind):
        raise UnreadableError(f"{key} must be {_NAMES[kind]}, not {shown(value)}")
    return value


def part(fields: Any, key: str, default: Any = _REQUIRED) -> Any:
    """Return the value of a key, whatever it is.

    Raises:
        UnreadableError: there is no mapping, or no such key in it and no default.
    """
    if not isinstance(fields, dict):
        raise UnreadableError(f"must be a mapping with {key}, not {shown(fields)}")
    value = fields.get(key, default)
    if value is _REQUIRED:
        raise UnreadableError(f"{key} is missing")
    return value


def count(fields: Any, key: str) -> int:
    """Return a whole number from 0 to 2^32 - 1.

    Raises:
        UnreadableError: it is missing or something else.
    """
    value = part(fields, key)
    if type(value) is not int or not 0 <= value <= _LARGEST_COUNT:
        raise UnreadableError(f"{key} must be a whole number from 0, not {shown(value)}")
    return value


def number(fields: Any, key: str) -> float:
    """Return a finite number.

    Raises:
        UnreadableError: it is missing or something else.
    """
    value = part(fields, key)
    found = finite(value)
    if found is None:
        raise UnreadableError(f"{key} must be a finite number, not {shown(value)}")
    return found


def finite(value: object) -> float | None:
    """Return a finite number as a double, or None for anything else; JSON was read before."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    found = float(value)
    return found if math.isfinite(found) else None


def moment(fields: Any, key: str) -> int:
    """Return a time in nanoseconds since 1970.

    Raises:
        UnreadableError: it is missing, or is no time.
    """
    try:
        return read_time(field(fields, key, str))
    except UnreadableError:
        raise
    except ValueError as error:
        raise UnreadableError(f"{key}: {error}") from None


def moment_or_none(fields: Any, key: str) -> int | None:
    """Return the same, or None where there is none.

    Raises:
        UnreadableError: it is no time.
    """
    return None if part(fields, key, None) is None else moment(fields, key)


@contextmanager
def within(place: str) -> Iterator[None]:
    """Say the place of what is unreadable within."""
    try:
        yield
    except UnreadableError as error:
        raise UnreadableError(f"{place}: {error}") from None


def shown(value: object) -> str:
    """Return a value as a message shows it."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def parsed_json(text: str | bytes) -> Any:
    """Return what strict JSON says: no NaN, no number that no double holds, no lone surrogates.

    Whole numbers beyond 64 bits are doubles, as in most languages.

    Raises:
        ValueError: it is no such JSON.
    """
    try:
        value = json.loads(text, parse_constant=_refuse, parse_float=_float, parse_int=_int)
        json.dumps(value, ensure_ascii=False).encode()
    except RecursionError:
        raise ValueError("is nested too deep") from None
    return value


def _refuse(word: str) -> float:
    raise ValueError(f"{word} is no JSON")


def _float(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise ValueError(f"{text} is out of range")
    return value


def _int(text: str) -> float:
    if len(text) > 20:
        return _float(text)
    value = int(text)
    return value if -(2**63) <= value < 2**64 else float(value)
