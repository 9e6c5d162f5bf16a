"""Durations (`7d`, `500ms`), sizes (`100MB`) and shares (`5%`) to numbers."""

from __future__ import annotations

import re
import sys

from banditware.config.faults import RefusedError

#: Seconds of each unit of a duration.
SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0, "w": 604_800.0}

#: What a duration looks like; for the JSON Schema too.
DURATION = r"^[0-9]+(\.[0-9]+)?(ms|s|m|h|d|w)$"

#: What a percentage looks like; for the JSON Schema too.
PERCENT = r"^[0-9]+(\.[0-9]+)?%$"

#: What a size looks like; for the JSON Schema too.
SIZE = r"^[0-9]+(\.[0-9]+)?(KB|MB|GB)$"

#: Bytes of each unit of a size.
BYTES = {"KB": 10**3, "MB": 10**6, "GB": 10**9}

_LARGEST = 10**15

_LONGEST = 36_500 * 86_400.0
_FORM = "a duration is a number with ms, s, m, h, d or w, as in 30s or 7d"


def duration(value: object) -> float:
    """Return a duration in seconds.

    Raises:
        RefusedError: it is not `<number><unit>`, not positive, or longer than 100 years.
    """
    if number(value) is not None:
        raise RefusedError(f"has no unit; {_FORM}")
    found = re.fullmatch(DURATION, value) if isinstance(value, str) else None
    if found is None:
        raise RefusedError(_FORM)
    unit = found[2]
    seconds = float(found[0].removesuffix(unit)) * SECONDS[unit]
    if not 0 < seconds <= _LONGEST:
        raise RefusedError("must be above 0 and at most 36500d")
    return seconds


def size(value: object) -> int:
    """Return a size in bytes.

    Raises:
        RefusedError: it is not `<number><unit>`, or too large for any disk.
    """
    found = re.fullmatch(SIZE, value) if isinstance(value, str) else None
    if found is None:
        raise RefusedError("a size is a number with KB, MB or GB, as in 100MB")
    unit = found[2]
    result = round(float(found[0].removesuffix(unit)) * BYTES[unit])
    if result > _LARGEST:
        raise RefusedError("must be at most 1000000GB")
    return result


def share(value: object) -> float:
    """Return a share as a number from 0 to below 1.

    Raises:
        RefusedError: it is neither a percentage below 100 nor a number below 1.
    """
    if isinstance(value, str):
        result = float(value[:-1]) / 100 if re.fullmatch(PERCENT, value) else None
        hint = ""
    else:
        result = number(value)
        hint = f"; did you mean {value}%?" if result is not None and 1 <= result < 100 else ""
    if result is None or not 0 <= result < 1:
        form = "must be a percentage such as 5%, or a number from 0 to below 1"
        raise RefusedError(form + hint)
    return result


def number(value: object) -> float | None:
    """Return a finite number, or None for anything else: true is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) <= sys.float_info.max else None
