"""The five types of a flag, and the values of its variations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from banditware.attribute_text import decimal
from banditware.eppo.fields import finite, parsed_json

#: Types of flags, with the names that descriptions give them.
STRING, INTEGER, NUMERIC, BOOLEAN, JSON = "STRING", "INTEGER", "NUMERIC", "BOOLEAN", "JSON"
TYPES = {
    STRING: "String",
    INTEGER: "Integer",
    NUMERIC: "Numeric",
    BOOLEAN: "Boolean",
    JSON: "Json",
}

_LARGEST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Value:
    """What a variation serves.

    Attributes:
        type: type of the flag.
        stored: text, number or boolean; of `JSON` its text, so that nobody gets what another one
            may change.
    """

    type: str
    stored: Any

    def served(self) -> Any:
        """Return the value for a caller."""
        return parsed_json(self.stored) if self.type == JSON else self.stored


def value_of(type_: str, written: object) -> Value | None:
    """Return the value of a variation, or None if it does not fit the type of its flag."""
    fitting = _READERS[type_](written)
    return None if fitting is None else Value(type_, fitting)


def plain(written: object) -> str:
    """Return a variation's value as descriptions show it."""
    if isinstance(written, bool):
        return "true" if written else "false"
    found = finite(written)
    return str(written) if found is None else decimal(found)


def _string(written: object) -> str | None:
    return written if isinstance(written, str) else None


def _boolean(written: object) -> bool | None:
    return written if isinstance(written, bool) else None


def _integer(written: object) -> int | None:
    """Return the number as 64 bits hold it, which is how the file's doubles are understood."""
    found = finite(written)
    if found is None or not found.is_integer() or not -(2**63) <= found <= 2**63:
        return None
    return min(int(found), _LARGEST)


def _json(written: object) -> str | None:
    if not isinstance(written, str):
        return None
    try:
        parsed_json(written)
    except ValueError:
        return None
    return written


_READERS: dict[str, Callable[[object], Any]] = {
    STRING: _string,
    INTEGER: _integer,
    NUMERIC: finite,
    BOOLEAN: _boolean,
    JSON: _json,
}
