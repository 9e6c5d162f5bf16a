"""From an event to its one line of JSON, which has a largest size."""

from __future__ import annotations

import json
from typing import NamedTuple

from banditware.events.describing import Event

#: Characters, all of them ASCII, that one event may have.
LARGEST = 16_384

#: What is left out of an event that is larger, in this order: a list is told in `truncated`.
_LEFT_OUT: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("actions", ("actions",)),
    ("action_attributes", ("action_numeric", "action_categorical")),
    ("subject_attributes", ("subject_numeric", "subject_categorical")),
    ("features", ("features",)),
)

_NULLABLE = frozenset({"actions", "features"})


class Written(NamedTuple):
    """An event and its text.

    Attributes:
        event: plain values.
        text: the same as JSON, one line without an end of line.
    """

    event: Event
    text: str


def written(event: Event) -> Written:
    """Return an event with its text; what makes it larger than `LARGEST` is left out.

    Raises:
        ValueError: a value is no JSON.
    """
    line = _text(event)
    for name, keys in _LEFT_OUT:
        if len(line) <= LARGEST:
            break
        if any(event.get(key) for key in keys):
            empty: Event = {key: None if key in _NULLABLE else {} for key in keys}
            event = {**event, **empty, "truncated": [*event["truncated"], name]}
            line = _text(event)
    return Written(event, line)


def _text(event: Event) -> str:
    return json.dumps(event, separators=(",", ":"), allow_nan=False)
