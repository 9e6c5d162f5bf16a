"""Faults of ours that no app must see."""

from __future__ import annotations

import threading
from collections.abc import Callable

from banditware import forks
from banditware.periods import Every

#: Seconds between two log lines: enough to notice, too little to fill a disk.
_QUIET = 60.0


class Faults(forks.ForkAware):
    """Counts faults, and logs them at most once a minute: call it with the exception.

    Attributes:
        number: how many there were.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self.number = 0
        self._clock = clock
        self._quiet = Every(_QUIET)
        self._counting = threading.Lock()
        forks.watch(self)

    def __call__(self, error: Exception) -> None:
        """Take note of a fault."""
        with self._counting:
            self.number += 1
            due = self._quiet.due(self._clock())
        if due:
            import logging  # noqa: PLC0415 - takes longer than most of what we import

            _log = logging.getLogger("banditware")
            _log.error("a fault of banditware, hidden from the app", exc_info=error)

    def after_fork(self, *, child: bool) -> None:
        """See `ForkAware`: nobody of the child holds the lock."""
        if child:
            self._counting = threading.Lock()
