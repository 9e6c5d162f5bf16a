"""Times as whole nanoseconds since 1970, from and to RFC 3339."""

from __future__ import annotations

import re
from datetime import date

_TIME = re.compile(
    r"\s*(\d{4})-(\d{1,2})-(\d{1,2})[Tt ](\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.(\d+))?"
    r"\s*(?:[Zz]|([+-])(\d{2}):?(\d{2}))",
    re.ASCII,
)

_EPOCH = date(1970, 1, 1).toordinal()
_DAY = 86_400
_NANO = 10**9


def read_time(text: str) -> int:
    """Return the nanoseconds since 1970 that an RFC 3339 time means.

    Raises:
        ValueError: it is no such time.
    """
    found = _TIME.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is no time as 2024-04-17T19:40:53.716Z")
    year, month, day, hour, minute, second = map(int, found.groups()[:6])
    days = date(year, month, day).toordinal() - _EPOCH
    if hour > 23 or minute > 59 or second > 60:
        raise ValueError(f"{text!r} is no time of a day")
    offset = int(found[9] or 0) * 3_600 + int(found[10] or 0) * 60
    seconds = hour * 3_600 + minute * 60 + second - (-offset if found[8] == "-" else offset)
    return (days * _DAY + seconds) * _NANO + int((found[7] or "").ljust(9, "0")[:9])


def written(time: int, zone: str = "Z") -> str:
    """Return a time as RFC 3339 in UTC, with as few of 0, 3, 6 or 9 digits as say all of it."""
    seconds, nanos = divmod(time, _NANO)
    days, rest = divmod(seconds, _DAY)
    fraction = f"{nanos:09}"
    while fraction.endswith("000"):
        fraction = fraction[:-3]
    day = date.fromordinal(_EPOCH + days).isoformat()
    clock = f"{rest // 3_600:02}:{rest // 60 % 60:02}:{rest % 60:02}"
    return f"{day}T{clock}{'.' if fraction else ''}{fraction}{zone}"
