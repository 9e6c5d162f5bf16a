"""Which events of a decision log somebody wants to see."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from banditware.events.describing import Event, Shown, key_of, shown_subject, timestamp


class Wanted(NamedTuple):
    """What an event has to be; what is empty is not asked.

    Attributes:
        experiments: names of experiments.
        arms: names of arms.
        subjects: subjects, as events show them; see `shown_subjects`.
        kinds: kinds of events.
        since: seconds since the epoch; nothing before.
        until: seconds since the epoch; nothing from then on.
    """

    experiments: frozenset[str] = frozenset()
    arms: frozenset[str] = frozenset()
    subjects: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    since: float | None = None
    until: float | None = None

    def holds(self, event: Event) -> bool:
        """Return True if an event is wanted."""
        asked = (
            (self.experiments, {event.get("experiment")}),
            (self.arms, {event.get("arm")}),
            (self.subjects, {event.get("subject"), event.get("known")}),
            (self.kinds, {event.get("kind")}),
        )
        named = all(not wanted or wanted & found for wanted, found in asked)
        return named and self._in_time(str(event.get("timestamp", "")))

    def _in_time(self, when: str) -> bool:
        # All timestamps have the same form, so that their order is that of their text.
        early = self.since is not None and when < timestamp(self.since)
        return not early and (self.until is None or when < timestamp(self.until))


def shown_subjects(subjects: Iterable[str], secrets: Iterable[str]) -> frozenset[str]:
    """Return how events may show some subjects: as they are, or hashed with one of the secrets."""
    ways = [Shown("plain"), *(Shown(key=key_of(secret)) for secret in secrets)]
    shown = {shown_subject(subject, way) for subject in subjects for way in ways}
    return frozenset(each for each in shown if each is not None)


def events_of(lines: Iterable[bytes]) -> Iterator[tuple[Event, bytes]]:
    """Yield the events of lines, each with its line; what is torn is left out."""
    for line in lines:
        try:
            event: Any = json.loads(line)
        except ValueError:
            continue
        if isinstance(event, dict):
            yield event, line
