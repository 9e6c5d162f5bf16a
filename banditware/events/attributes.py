"""Attributes as JSON: split into numeric and categorical ones, whatever an app gave."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import islice
from typing import Any, NamedTuple, SupportsFloat

#: Characters that are kept of a text.
LONGEST = 256

#: Attributes that are kept of a subject or an action.
MOST = 256

#: Whole numbers up to here mean the same to every reader of JSON (RFC 8259, section 6).
_WHOLE = 2**53


class Split(NamedTuple):
    """Attributes by their kind.

    Attributes:
        numeric: finite numbers; None for one that is no finite number.
        categorical: texts.
    """

    numeric: dict[str, int | float | None]
    categorical: dict[str, str]


def split(attributes: Mapping[str, Any]) -> Split:
    """Return attributes by kind, as Eppo tells them apart.

    Numbers are numeric; truth values, texts and everything else is categorical, as text; None is
    left out.
    """
    found = Split({}, {})
    # A copy in one step: the app may change its mapping meanwhile.
    for name, value in islice(dict(attributes).items(), MOST):
        kind = type(value)
        if kind is int or kind is float or (kind not in _USUAL and _is_number(value)):
            found.numeric[text(name)] = number(value)
        elif value is not None:
            found.categorical[text(name)] = text(value)
    return found


#: What needs no closer look.
_USUAL = frozenset({str, bool, type(None)})


def _is_number(value: object) -> bool:
    return isinstance(value, SupportsFloat) and not isinstance(value, str)


def number(value: object) -> int | float | None:
    """Return a finite number as JSON has it, or None for anything else."""
    if isinstance(value, int) and -_WHOLE <= value <= _WHOLE:
        return int(value)
    try:
        plain = float(value)  # type: ignore[arg-type]  # that is the question
    except Exception:  # noqa: BLE001  # an app's own kind of number may do anything
        return None
    return plain if math.isfinite(plain) else None


def text(value: object) -> str:
    """Return something as text of at most `LONGEST` characters, all of which UTF-8 can hold."""
    if type(value) is str and len(value) <= LONGEST and value.isascii():
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    try:
        shown = str(value)
    except Exception:  # noqa: BLE001  # an app's own objects may do anything
        shown = f"<{type(value).__name__}>"
    return shown[:LONGEST].encode("utf-8", "replace").decode()
