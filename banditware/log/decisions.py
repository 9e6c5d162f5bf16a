"""The decision log of a bandit: one writer for every place where it goes."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

from banditware import hosting, pacing
from banditware.events.describing import Shown, key_of
from banditware.events.happened import Decided, Happened
from banditware.log.settings import LogSettings
from banditware.log.sinks import opener
from banditware.log.writer import PAUSE, Writer

#: Seconds that writing between two requests may take.
LIMIT = 0.25


class DecisionLog:
    """Takes what happened, and carries it to every place. See `banditware.log.writer`.

    Attributes:
        note: takes what happened: never raises, never waits. None if the log goes nowhere.
        sticky: somebody wants to know of decisions that are served again.
    """

    def __init__(
        self, places: Sequence[LogSettings], secret: str, clock: Callable[[], float]
    ) -> None:
        """Prepare; no thread runs yet.

        Args:
            places: where it goes; none, one or more.
            secret: subjects are hashed with a key made of it.
            clock: seconds since the epoch.

        Raises:
            UnusableError: it cannot go there.
        """
        key = key_of(secret)
        self._writers = [
            Writer(
                opener(place.to),
                Shown(place.subject, place.attributes, key),
                limit=place.queue,
                clock=clock,
            )
            for place in places
        ]
        self.sticky = any(place.sticky for place in places)
        pairs = [*zip(places, self._writers, strict=True)]
        self._avid = [writer for place, writer in pairs if place.sticky]
        self._frugal = [writer for place, writer in pairs if not place.sticky]
        self.note: Callable[[Happened], None] | None = self._note if pairs else None
        if len(pairs) == 1:
            self.note = self._writers[0].note
        self._due = 0.0

    def _note(self, happened: Happened) -> None:
        for writer in self._avid:
            writer.note(happened)
        if not (isinstance(happened, Decided) and happened.again):
            for writer in self._frugal:
                writer.note(happened)

    def start(self, between: Callable[[], None] | None) -> Callable[[], None] | None:
        """Start the threads; return what must be called between requests, if anything.

        Args:
            between: what must be called anyway.
        """
        started = [writer.start() for writer in self._writers]
        if all(started) and not hosting.starved():
            return between

        def both() -> None:
            if between is not None:
                between()
            self._between()

        return both

    def _between(self) -> None:
        """Write where no thread does by itself, if it is time. Never raises."""
        now = time.monotonic()
        if now >= self._due:
            with pacing.limited(LIMIT):
                pauses = [writer.turn_inline() for writer in self._writers]
            self._due = time.monotonic() + min(PAUSE, *pauses)

    def settle(self, seconds: float) -> None:
        """Write what waits, for at most so many seconds for each place."""
        for writer in self._writers:
            writer.settle(seconds)

    def close(self, timeout: float) -> None:
        """Stop, after a last round of at most `timeout` seconds for each place."""
        for writer in self._writers:
            writer.close(timeout)

    def health(self) -> dict[str, Any]:
        """Return how it is, over all places, as `banditware.health.Health` calls it."""
        found = [writer.health() for writer in self._writers]
        return {
            "log_written": sum(each.written for each in found),
            "log_waiting": sum(each.waiting for each in found),
            "log_lost": sum(each.lost for each in found),
            "log_errors": sum(each.errors for each in found),
            "log_error": next((each.error for each in found if each.error), ""),
        }
