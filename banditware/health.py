"""How this process's counting is: what `Flusher.health()` answers and what gets logged."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import NamedTuple

from banditware.breaker import Breaker
from banditware.periods import Every

#: Seconds between two warnings.
MINUTE = 60.0

_log = logging.getLogger("banditware")


class Health(NamedTuple):
    """How this process's counting is. Asking costs no exchange with the store.

    Attributes:
        pid: id of the process.
        started: the thread of this process runs.
        store: the store's address, without a password.
        reachable: the last exchange with the store succeeded; None before the first.
        last_flush: when the last exchange succeeded, in seconds since the epoch, or None.
        last_failure: when the last one failed, or None.
        last_error: what went wrong last, or nothing.
        counts_age: seconds since the counts that decide were known to be the store's, or None.
        failures: exchanges that failed since the last one that succeeded.
        flush_errors: exchanges with the store that failed, altogether.
        publish_errors: times the new counts could not be made use of.
        backlog_bytes: what was recorded and is not in the store yet.
        trouble: why records are kept in memory although there is a spool folder, or nothing.
        spool_errors: how often a record could not be written at first.
        dropped: records that are lost, because the disk was full for longer than memory lasts.
        damaged: lines of spools that could not be read; a record that was torn by a full disk and
            written again leaves one.
        faults: exceptions of ours that were hidden from the app.
        log_written: events that the decision log has written.
        log_waiting: events that wait in memory for it.
        log_lost: events that are lost: too many waited, a sink refused them, or it was the end.
        log_errors: times a sink of it failed.
        log_error: what went wrong with it last, or nothing.
        killed: why everything is switched off (`controls`, `environment` or `file`), or nothing.
        controls: how many changes operators have made, as far as this process knows.
        config_error: why the configuration's file, as it is now, cannot be used; or nothing.
        config_restart: the keys of what it says that take effect with a restart.
        config_reloads: how often it was read anew.
    """

    pid: int
    started: bool
    store: str
    reachable: bool | None
    last_flush: float | None
    last_failure: float | None
    last_error: str
    counts_age: float | None
    failures: int
    flush_errors: int
    publish_errors: int
    backlog_bytes: int
    trouble: str
    spool_errors: int
    dropped: int
    damaged: int
    faults: int = 0
    log_written: int = 0
    log_waiting: int = 0
    log_lost: int = 0
    log_errors: int = 0
    log_error: str = ""
    killed: str = ""
    controls: int = 0
    config_error: str = ""
    config_restart: tuple[str, ...] = ()
    config_reloads: int = 0


class Journal:
    """What went right and wrong, counted; warnings at most once a minute.

    Attributes:
        breaker: how long to wait for a store that is away.
        flush_errors: exchanges with the store that failed.
        publish_errors: times the new counts could not be made use of.
        damaged: lines of other processes' spools that could not be read.
        last_flush: when the last exchange succeeded, or None.
        last_failure: when the last one failed, or None.
        last_error: what went wrong last, or nothing.
    """

    def __init__(self, clock: Callable[[], float], breaker: Breaker) -> None:
        self.breaker = breaker
        self.flush_errors = 0
        self.publish_errors = 0
        self.damaged = 0
        self.last_flush: float | None = None
        self.last_failure: float | None = None
        self.last_error = ""
        self._clock = clock
        self._warning = Every(MINUTE)

    @property
    def reachable(self) -> bool | None:
        """Whether the last exchange succeeded; None before the first."""
        if self.breaker.open:
            return False
        return None if self.last_flush is None else True

    def succeeded(self) -> None:
        """Note that the store answered."""
        self.breaker.succeeded()
        self.last_flush = self._clock()

    def failed(self, error: Exception) -> None:
        """Note that the store did not."""
        self.breaker.failed()
        self.flush_errors += 1
        self.last_failure = self._clock()
        self.last_error = str(error)

    def unused(self, error: Exception) -> None:
        """Note that new counts could not be made use of."""
        self.publish_errors += 1
        self.last_error = str(error)

    def counts_age(self) -> float | None:
        """Return the seconds since the last exchange that succeeded, or None before it."""
        return None if self.last_flush is None else max(0.0, self._clock() - self.last_flush)

    def warn(self, message: str, error: Exception) -> None:
        """Log a warning, unless there was one within the last minute."""
        if self._warning.due(self._clock()):
            _log.warning("%s: %s", message, error)
