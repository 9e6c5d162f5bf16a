"""Carries events from requests to one sink.

A request puts a tuple into a bounded queue and goes on. A thread, one per process and sink, makes
events of them and hands these to the sink, however slow it is; what finds the queue full is lost
and counted. Nobody waits for the sink but that thread and who closes.
"""

from __future__ import annotations

import contextlib
import logging
import os
import random
import secrets
import threading
import weakref
from collections import deque
from collections.abc import Callable, Iterator
from typing import NamedTuple

from banditware import forks, pacing
from banditware.breaker import Breaker
from banditware.events.describing import Shown, describe
from banditware.events.happened import Happened
from banditware.events.writing import Written, written
from banditware.health import MINUTE
from banditware.launching import Pace, close_at_exit, keep_turning, launch, within
from banditware.log.sinks import Sink
from banditware.periods import Every

_log = logging.getLogger("banditware")

#: Seconds between two looks at the queue: short, so that little is lost with a killed process.
PAUSE = 0.2

#: Events that go to the sink in one piece.
CHUNK = 200

_OVERFLOW = "events come faster than they are written, or the sink hangs"


class LogHealth(NamedTuple):
    """How the decision log of this process is.

    Attributes:
        written: events that the sinks have taken.
        waiting: events in memory that they have not taken yet.
        lost: events that are lost: the queue was full, a sink refused them, or time was up at the
            end.
        errors: times a sink failed; it is tried again.
        error: what went wrong last, or nothing.
    """

    written: int = 0
    waiting: int = 0
    lost: int = 0
    errors: int = 0
    error: str = ""


class Writer(forks.ForkAware):
    """The way to one sink. `note` is all that requests see of it."""

    def __init__(
        self,
        make: Callable[[], Sink],
        shown: Shown,
        *,
        limit: int,
        clock: Callable[[], float],
    ) -> None:
        """Prepare; no thread runs yet.

        Args:
            make: makes the sink; called again in the child of a fork.
            shown: how much events show.
            limit: how many may wait.
            clock: seconds, for what is told at most once a minute.
        """
        self._make = make
        self._shown = shown
        self._most = limit
        self._clock = clock
        self._closed = False
        self._begin()
        forks.watch(self)
        close_at_exit(self)

    def _begin(self) -> None:
        self._limit = 0 if self._closed else self._most
        self._queue: deque[Happened] = deque()
        self._pending: list[Written] = []
        self._sink = self._make()
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()
        self._writing = threading.Lock()
        self._counting = threading.Lock()
        self._breaker = Breaker(PAUSE, random.Random())
        self._telling = Every(MINUTE)
        self._process = f"{os.getpid():x}-{secrets.token_hex(6)}"
        self._number = 0
        self._written = self._lost = self._errors = 0
        self._error = ""

    # -- the request path

    def note(self, happened: Happened) -> None:
        """Take what happened; it is lost if too much waits. Never raises, never waits."""
        queue = self._queue
        if len(queue) < self._limit:
            queue.append(happened)
        else:
            self._lose("the log is closed" if self._closed else _OVERFLOW)

    def _lose(self, why: str, number: int = 1) -> None:
        with self._counting:
            self._lost += number
            self._error = why
            due = self._telling.due(self._clock())
        if due:  # on a thread of its own: what hangs may be what logs
            launch(self._tell, why)

    def _tell(self, why: str) -> None:
        _log.warning("%d events of the decision log are lost so far: %s", self._lost, why)

    # -- the thread

    def start(self) -> bool:
        """Start the thread unless it runs; return False where none can be started."""
        if self._thread is None and not self._closed:
            self._thread = launch(keep_turning, weakref.ref(self), self._stop, Pace())
        return self._thread is not None

    def turn(self) -> float:
        """Write what waits; return the seconds until the next look. Never raises."""
        with self._writing:
            return self._turn()

    def turn_inline(self) -> float:
        """Do the same between two requests, unless the thread is about it."""
        if not self._writing.acquire(blocking=False):
            return PAUSE
        try:
            return self._turn()
        finally:
            self._writing.release()

    def _turn(self) -> float:
        try:
            while self._step():
                pacing.breathe()
        except pacing.LateError:
            return PAUSE
        except Exception as error:  # noqa: BLE001 - whatever a sink does, it is tried again
            self._failed(error)
        return self._breaker.pause()

    def _step(self) -> bool:
        """Hand one chunk to the sink; return False if there was none."""
        pending = self._pending = self._pending or self._described()
        if not pending:
            return False
        done = self._sink.write(pending, self._refused)
        self._written += done
        self._pending = pending[done:]
        self._breaker.succeeded()
        return True

    def _described(self) -> list[Written]:
        queue, found = self._queue, list[Written]()
        for happened in _taken(queue):
            self._number += 1
            try:
                event = describe(happened, self._shown, f"{self._process}-{self._number}")
                found.append(written(event))
            except Exception as error:  # noqa: BLE001 - an app's own values may do anything
                self._lose(f"an event cannot be written: {error!r}")
        return found

    def _refused(self, error: BaseException) -> None:
        self._written -= 1
        self._lose(f"refused by the sink: {error!r}")

    def _failed(self, error: Exception) -> None:
        self._breaker.failed()
        self._errors += 1
        self._error = str(error)
        if self._telling.due(self._clock()):
            _log.warning("the decision log cannot be written, events wait: %s", error)

    # -- at the end

    def finish(self) -> None:
        """Do the last round. Never raises."""
        self.turn()
        try:
            self._sink.close()
        except Exception as error:  # noqa: BLE001 - nobody is left to handle it
            self._failed(error)

    def settle(self, seconds: float) -> None:
        """Write what waits, for at most so many seconds."""
        if self._queue or self._pending:
            within(seconds, self._settle)

    def _settle(self) -> None:
        self.turn()

    def close(self, timeout: float = 1.0) -> None:
        """Stop, after a last round of at most `timeout` seconds; what is left is lost."""
        self._closed = True
        self._stop.set()
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.join(timeout)
        elif self._queue or self._pending:
            within(timeout, self.finish)
        self._limit = 0
        left = sum(1 for _ in _taken(self._queue, len(self._queue)))
        if left:
            self._lose("the time was up at the end", left)

    def health(self) -> LogHealth:
        """Return how it is."""
        waiting = len(self._queue) + len(self._pending)
        return LogHealth(self._written, waiting, self._lost, self._errors, self._error)

    def after_fork(self, *, child: bool) -> None:
        """See `ForkAware`: what waits is the parent's, and so is the thread."""
        if child:
            self._begin()


def _taken(queue: deque[Happened], most: int = CHUNK) -> Iterator[Happened]:
    """Take from a queue that others take from, too."""
    with contextlib.suppress(IndexError):
        for _ in range(most):
            yield queue.popleft()
