"""Ranges of response status: `200`, `200-399`, `2xx`, or a list of these."""

from __future__ import annotations

import re

from banditware.config.faults import Faults, RefusedError

#: What one range looks like; for the JSON Schema too.
RANGE = r"^[1-5](xx|[0-9]{2}(-[1-5][0-9]{2})?)$"

Ranges = tuple[tuple[int, int], ...]


def read_status(value: object) -> Ranges:
    """Return ranges of response status, both ends included.

    Raises:
        RefusedError: it is no status.
        ValidationError: items of a list are none; holds every mistake.
    """
    if not isinstance(value, list):
        return (_range(value),)
    if not value:
        raise RefusedError("is empty: no response would do")
    faults = Faults()
    ranges = []
    for index, item in enumerate(value):
        with faults.at(index):
            ranges.append(_range(item))
    faults.settle()
    return tuple(ranges)


def _range(value: object) -> tuple[int, int]:
    number = type(value) is int and 100 <= value <= 599
    text = str(value) if number or isinstance(value, str) else ""
    if not re.fullmatch(RANGE, text):
        raise RefusedError("must be a status from 100 to 599, a range such as 200-399, or 2xx")
    if text.endswith("xx"):
        return int(text[0]) * 100, int(text[0]) * 100 + 99
    first, last = int(text[:3]), int(text[-3:])
    if first > last:
        raise RefusedError(f"starts after its end; write {last}-{first}")
    return first, last
