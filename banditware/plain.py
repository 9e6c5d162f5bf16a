"""Any value as JSON has it: attributes and values are the app's, and may be anything."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

#: Values are followed so many levels down; what is deeper is told as text.
_DEPTH = 16

#: Characters of the text of a value that JSON does not have.
_LONGEST = 200

#: Bits of a whole number that any reader of JSON takes.
_MOST_BITS = 1_024


def plain(value: Any, depth: int = _DEPTH) -> Any:
    """Return a value as JSON has it; what JSON does not have is text. Never raises.

    Named tuples are mappings; a method `as_dict` of theirs says which.

    Args:
        value: anything.
        depth: so many levels are followed.
    """
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int | float):
        return _number(value)
    if isinstance(value, tuple):
        as_dict = getattr(value, "as_dict", None) or getattr(value, "_asdict", None)
        value = value if as_dict is None else as_dict()
    if depth and isinstance(value, Mapping):
        return {str(plain(key, 0)): plain(each, depth - 1) for key, each in value.items()}
    if depth and isinstance(value, list | tuple | set | frozenset):
        return [plain(each, depth - 1) for each in value]
    return _told(value)


def _number(value: float) -> Any:
    if isinstance(value, int):
        bits = value.bit_length()
        return value if bits <= _MOST_BITS else f"a whole number of {bits} bits"
    return value if math.isfinite(value) else repr(value)


def _told(value: object) -> str:
    try:
        return repr(value)[:_LONGEST]
    except Exception:  # noqa: BLE001  # what an app puts there is not for us to break at
        return f"a {type(value).__name__}"
