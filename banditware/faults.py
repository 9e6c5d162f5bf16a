"""Faults of ours that no app must see."""

from __future__ import annotations

import logging
from collections.abc import Callable

from banditware.health import Every

_log = logging.getLogger("banditware")

#: Seconds between two log lines: enough to notice, too little to fill a disk.
_QUIET = 60.0


class Faults:
    """Counts faults, and logs them at most once a minute: call it with the exception.

    Attributes:
        number: how many there were.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self.number = 0
        self._clock = clock
        self._quiet = Every(_QUIET)

    def __call__(self, error: Exception) -> None:
        """Take note of a fault."""
        self.number += 1
        if self._quiet.due(self._clock()):
            _log.error("a fault of banditware, hidden from the app", exc_info=error)
