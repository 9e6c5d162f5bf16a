"""Rounds of the flusher between requests, for processes in which no thread of ours runs by itself.

That is where none can be started, and in an old uWSGI without threads: there a thread gets on only
while Python code of the process waits. A round comes after a response is complete, at most once
per refresh, and ends in time: a request that came meanwhile waits no longer than `LIMIT`, or for
the answer to one exchange.
"""

from __future__ import annotations

import logging
import threading
import time
import weakref
from collections.abc import Callable
from typing import Protocol, TypeAlias

from banditware import hosting, pacing
from banditware.health import MINUTE
from banditware.launching import Pace

_log = logging.getLogger("banditware")

#: Seconds that a round between two requests may take.
LIMIT = 0.25

Between: TypeAlias = Callable[[], None]


class Flushing(Protocol):
    """What turns: see `banditware.flusher.Flusher`."""

    @property
    def between(self) -> Between | None:
        """What is to be called between requests, if anything."""
        ...

    def turn(self) -> float:
        """Do one round; return the seconds until the next. Never raises."""
        ...

    def launch(self) -> bool:
        """Start the thread; return False where none can be started."""
        ...


class Turns:
    """Does rounds where there is no thread, until one can be started after all."""

    def __init__(self, flusher: Flushing, clock: Callable[[], float] = time.monotonic) -> None:
        """Prepare.

        Args:
            flusher: whose rounds; it may go away.
            clock: seconds.
        """
        self._flusher = weakref.ref(flusher)
        self._clock = clock
        self._due = 0.0
        self._busy = threading.Lock()

    def __call__(self) -> None:
        """Do a round, if one is due. Never raises."""
        if self._clock() < self._due or not self._busy.acquire(blocking=False):
            return
        try:
            flusher = self._flusher()
            if flusher is None or flusher.launch():
                self._due = float("inf")
                return
            with pacing.limited(LIMIT):
                pause = flusher.turn()
            self._due = self._clock() + pause
        except Exception:  # noqa: BLE001  # nothing of ours may break the server
            self._due = self._clock() + MINUTE
            _log.exception("a fault of banditware between two requests")
        finally:
            self._busy.release()


class Waits:
    """Gives the thread time to do its round, where it gets none of its own."""

    def __init__(
        self, pace: Pace, refresh: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Prepare.

        Args:
            pace: when the thread's next round is due.
            refresh: seconds between two rounds.
            clock: seconds, as in `pace`.
        """
        self._pace = pace
        self._refresh = refresh
        self._clock = clock
        self._due = 0.0

    def __call__(self) -> None:
        """Wait until a round that is due has ended, for `LIMIT` at most. Never raises."""
        now = self._clock()
        if now < self._due or now < self._pace.due:
            return
        self._due = now + self._refresh
        self._pace.ended.clear()
        self._pace.ended.wait(LIMIT)


def arranged(flusher: Flushing, pace: Pace, refresh: float) -> Between | None:
    """Start the flusher's thread; return what must be called between requests, if anything.

    Args:
        flusher: whose thread.
        pace: when the thread's rounds are due.
        refresh: seconds between two rounds.
    """
    if not flusher.launch():
        _log.warning(
            "no thread can be started, so counts are exchanged after responses, and by calls of "
            "flush(); give this process the right to start one more thread"
        )
        return Turns(flusher)
    if not hosting.starved():
        return None
    _log.warning(
        "uWSGI runs no threads between requests, so counts are exchanged after responses only: "
        "start it with --enable-threads, or use uWSGI 2.0.27 or later"
    )
    return Waits(pace, refresh)


def attend(flusher: Flushing) -> None:
    """Have an old uWSGI call the flusher between requests."""
    if not hosting.starved():
        return
    reference = weakref.ref(flusher)

    def hook() -> None:
        living = reference()
        if living is not None and living.between is not None:
            living.between()

    hosting.after_requests(hook)
