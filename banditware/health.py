"""How this process's counting is: what `Flusher.health()` answers and what gets logged."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import NamedTuple

#: Seconds between two warnings.
MINUTE = 60.0

_log = logging.getLogger("banditware")


class Every:
    """Says once in a period that it is time; a clock that is set back does not make it wait."""

    __slots__ = ("_last", "_period")

    def __init__(self, period: float) -> None:
        self._period = period
        self._last: float | None = None

    def due(self, now: float) -> bool:
        """Return True if the period has passed since it was last due."""
        if self._last is not None and self._last <= now < self._last + self._period:
            return False
        self._last = now
        return True


class Health(NamedTuple):
    """How this process's counting is.

    Attributes:
        started: the thread of this process runs.
        trouble: why records are kept in memory although there is a spool folder, or nothing.
        backlog_bytes: what was recorded and is not in the store yet.
        spool_errors: how often a record could not be written at first.
        dropped: records that are lost, because the disk was full for longer than memory lasts.
        damaged: lines of spools that could not be read; a record that was torn by a full disk and
            written again leaves one.
        flush_errors: exchanges with the store that failed.
        publish_errors: times the new counts could not be made use of.
        last_flush: when the last exchange succeeded, in seconds since the epoch, or None.
        last_error: what went wrong last, or nothing.
    """

    started: bool
    trouble: str
    backlog_bytes: int
    spool_errors: int
    dropped: int
    damaged: int
    flush_errors: int
    publish_errors: int
    last_flush: float | None
    last_error: str


@dataclass(slots=True)
class Journal:
    """What went right and wrong, counted; warnings at most once a minute.

    Attributes:
        flush_errors: exchanges with the store that failed.
        publish_errors: times the new counts could not be made use of.
        failures: exchanges that failed since the last one that succeeded.
        damaged: lines of other processes' spools that could not be read.
        last_flush: when the last exchange succeeded, or None.
        last_error: what went wrong last, or nothing.
    """

    flush_errors: int = 0
    publish_errors: int = 0
    failures: int = 0
    damaged: int = 0
    last_flush: float | None = None
    last_error: str = ""
    _warning: Every = field(default_factory=lambda: Every(MINUTE))

    def succeeded(self, now: float) -> None:
        """Note that the store answered."""
        self.failures = 0
        self.last_flush = now

    def failed(self, error: Exception) -> None:
        """Note that the store did not."""
        self.flush_errors += 1
        self.failures += 1
        self.last_error = str(error)

    def unused(self, error: Exception) -> None:
        """Note that new counts could not be made use of."""
        self.publish_errors += 1
        self.last_error = str(error)

    def warn(self, now: float, message: str, error: Exception) -> None:
        """Log a warning, unless there was one within the last minute."""
        if self._warning.due(now):
            _log.warning("%s: %s", message, error)
