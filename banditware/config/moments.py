"""Moments in time: `2026-12-01` is a day in UTC, `2026-12-01T09:00+01:00` is exact."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, timezone

from banditware.config.document import WRITTEN
from banditware.config.faults import RefusedError
from banditware.model import DAY

_DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_TIME = r"[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2})?"
_ZONE = r"(?:Z|[+-][0-9]{2}:[0-9]{2})"

#: What a moment looks like; for the JSON Schema too.
MOMENT = rf"^{_DAY}({_TIME}{_ZONE})?$"

_FORM = "must be a date such as 2026-12-01, or a time such as 2026-12-01T09:00+01:00"
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def first_moment(value: object) -> float:
    """Return when something starts, in seconds since the epoch: a date with its first moment.

    Raises:
        RefusedError: it is neither a date nor a time with a zone.
    """
    return _seconds(value)[0]


def last_moment(value: object) -> float:
    """Return when something ends, in seconds since the epoch: a date with its last moment.

    Raises:
        RefusedError: it is neither a date nor a time with a zone.
    """
    return _seconds(value)[1]


def _seconds(value: object) -> tuple[float, float]:
    """Return the first moment, and the one after the last."""
    text = value if isinstance(value, str) else ""
    if re.fullmatch(_DAY + _TIME, text):
        raise RefusedError("has no time zone: add Z for UTC, or one such as +01:00")
    if not re.fullmatch(MOMENT, text):
        raise RefusedError(f"{_FORM}, not {WRITTEN}")
    try:
        if len(text) == len("2026-12-01"):
            start = (date.fromisoformat(text) - _EPOCH.date()) / timedelta(seconds=1)
            return start, start + DAY
        exact = datetime.fromisoformat(text.replace("Z", "+00:00"))
        seconds = (exact - _EPOCH) / timedelta(seconds=1)
    except (ValueError, OverflowError):
        raise RefusedError(f"there is no such day or time: {_FORM}") from None
    return seconds, seconds
