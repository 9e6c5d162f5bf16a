"""Erases what is kept of somebody, wherever it is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from banditware.config.settings import Settings
from banditware.errors import StoreError
from banditware.log.erasing import erase, needles
from banditware.model import DAY
from banditware.people import person_of
from banditware.persons import SUBJECT
from banditware.stores import open_store


class Forgotten(NamedTuple):
    """What was kept of some subjects.

    Attributes:
        people: people who were known, and are forgotten.
        events: events of the decision log that were erased.
        decisions: ids of decisions that they told of.
        until: when the store forgets the last of those, in seconds since the epoch.
        elsewhere: who got events, too, and keeps them where we cannot erase.
        unfinished: files of the log that have to be looked at again.
    """

    people: int
    events: int
    decisions: frozenset[str]
    until: float
    elsewhere: tuple[str, ...]
    unfinished: tuple[Path, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the same as plain values, for JSON."""
        return {
            "people": self.people,
            "events": self.events,
            "decisions": sorted(self.decisions),
            "until": self.until,
            "elsewhere": list(self.elsewhere),
            "unfinished": [str(each) for each in self.unfinished],
        }


def forget_subjects(
    settings: Settings, subjects: Sequence[str], users: Sequence[str], now: float
) -> Forgotten:
    """Erase what is kept of some subjects.

    Args:
        settings: the configuration.
        subjects: their ids.
        users: ids of people, as the app calls them in `visit.identify`.
        now: seconds since the epoch.

    Raises:
        OSError: a file cannot be read or written.
        StoreError: a server cannot be reached.
    """
    known = _forget_people(settings, users) if users else []
    wanted = needles([*subjects, *known], settings.secret_keys)
    events, decisions, _, elsewhere, unfinished = erase(settings.log, wanted)
    # What `Flusher` folds away is two days older than any attribution.
    longest = max(each.attribution for each in settings.experiments)
    return Forgotten(len(known), events, decisions, now + longest + 3 * DAY, elsewhere, unfinished)


def _forget_people(settings: Settings, users: Sequence[str]) -> list[str]:
    """Have the store forget people; return the subjects they were."""
    store = open_store(settings.store, settings.folder)
    if not store.shared:
        raise StoreError(settings.store, "people are kept in memory, in the app's own process")
    people = store.people()
    try:
        # The key that hides them is the oldest, and may have been one that was dropped since.
        keys = [person_of(user, secret) for user in users for secret in settings.secret_keys]
        kept = [people.leave(key) for key in keys]
    finally:
        store.close()
    return [each[SUBJECT] for each in kept if SUBJECT in each]
