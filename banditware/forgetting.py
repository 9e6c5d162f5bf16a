"""Erases what is kept of somebody, wherever it is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from banditware.config.settings import Settings
from banditware.log.erasing import erase, needles
from banditware.model import DAY


class Forgotten(NamedTuple):
    """What was kept of some subjects.

    Attributes:
        events: events of the decision log that were erased.
        decisions: ids of decisions that they told of.
        until: when the store forgets the last of those, in seconds since the epoch.
        elsewhere: who got events, too, and keeps them where we cannot erase.
        unfinished: files of the log that have to be looked at again.
    """

    events: int
    decisions: frozenset[str]
    until: float
    elsewhere: tuple[str, ...]
    unfinished: tuple[Path, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the same as plain values, for JSON."""
        return {
            "events": self.events,
            "decisions": sorted(self.decisions),
            "until": self.until,
            "elsewhere": list(self.elsewhere),
            "unfinished": [str(each) for each in self.unfinished],
        }


def forget_subjects(settings: Settings, subjects: Sequence[str], now: float) -> Forgotten:
    """Erase what is kept of some subjects.

    Args:
        settings: the configuration.
        subjects: their ids.
        now: seconds since the epoch.

    Raises:
        OSError: a file cannot be read or written.
        StoreError: a server cannot be reached.
    """
    wanted = needles(subjects, settings.secret_keys)
    events, decisions, elsewhere, unfinished = erase(settings.log, wanted)
    # What `Flusher` folds away is two days older than any attribution.
    longest = max(each.attribution for each in settings.experiments)
    return Forgotten(events, decisions, now + longest + 3 * DAY, elsewhere, unfinished)
