"""Durations (`7d`, `500ms`) and shares (`5%`) to numbers."""

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


def share(value: object) -> float:
    """Return a share as a number from 0 to below 1.

    Raises:
        RefusedError: it is neither a percentage below 100 nor a number below 1.
    """
    return _share(value, "a percentage such as 5%, or a number from 0 to below 1")


def traffic(value: object) -> float:
    """Return a share as a number from 0 to 1, which is `100%`: the number 1 may mean 1 %.

    Raises:
        RefusedError: it is neither a percentage up to 100 nor a number below 1.
    """
    if isinstance(value, str) and re.fullmatch(PERCENT, value) and float(value[:-1]) == 100:
        return 1.0
    return _share(value, "a percentage from 0% to 100%, or a number from 0 to below 1")


def _share(value: object, form: str) -> float:
    if isinstance(value, str):
        result = float(value[:-1]) / 100 if re.fullmatch(PERCENT, value) else None
        hint = ""
    else:
        result = number(value)
        hint = f"; did you mean {value}%?" if result is not None and 1 <= result < 100 else ""
    if result is None or not 0 <= result < 1:
        raise RefusedError(f"must be {form}{hint}")
    return result


def number(value: object) -> float | None:
    """Return a finite number, or None for anything else: true is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) <= sys.float_info.max else None
