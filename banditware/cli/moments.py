"""Times as people type them: `2h` (ago), `2026-12-01`, `2026-12-01T09:00Z`."""

from __future__ import annotations

import click

from banditware.config.faults import RefusedError
from banditware.config.moments import first_moment
from banditware.config.units import duration

_FORMS = "write how long ago, as in 2h or 7d, a day as in 2026-12-01, or 2026-12-01T09:00Z"


def seconds_of(option: str, text: str) -> float:
    """Return how many seconds a duration such as `500ms`, `2s` or `7d` has.

    Raises:
        click.UsageError: it is none.
    """
    try:
        return duration(text)
    except RefusedError as error:
        raise click.UsageError(f"{option} {text!r}: {error}") from error


def moment_of(option: str, text: str | None, now: float) -> float | None:
    """Return a moment in seconds since the epoch; None if nobody asked.

    Args:
        option: what asked for it.
        text: what was typed.
        now: when it was typed.

    Raises:
        click.UsageError: it is neither a time nor a duration.
    """
    if text is None:
        return None
    try:
        return now - duration(text) if text[-1:].isalpha() and "T" not in text else _moment(text)
    except RefusedError as error:
        raise click.UsageError(f"{option} {text!r} is no time: {_FORMS}") from error


def _moment(text: str) -> float:
    return first_moment(text)
