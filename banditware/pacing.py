"""How long work off the request path may keep others waiting.

Nothing is lost by stopping between two chunks: the store knows how far it has got.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from contextvars import ContextVar

from banditware import hosting
from banditware.errors import BanditwareError
from banditware.turns import asked, given

#: Seconds that a thread of ours runs before it lets others run. A request waits so long whenever
#: it has given up the interpreter's lock, which it does several times.
SLICE = 0.0005

#: Seconds that it lets them. With 0 it would mostly be back before any of them has woken up.
REST = 0.00005


class LateError(BanditwareError):
    """The time is up; what is left waits for the next round."""


_end: ContextVar[float] = ContextVar("banditware.pacing", default=float("inf"))


@contextlib.contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Let `breathe` raise in here once so many seconds have passed."""
    token = _end.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _end.reset(token)


def breathe() -> None:
    """Let others have their turn; called before each chunk.

    Raises:
        LateError: the time of `limited` is up.
    """
    if time.monotonic() > _end.get():
        raise LateError("the time between two requests is up")
    if hosting.cooperative():
        time.sleep(0)


class Slices:
    """Stops for a moment after every slice of work. Call it as often as you like."""

    __slots__ = ("_clock", "_end", "_sleep")

    def __init__(
        self,
        clock: Callable[[], float] = time.perf_counter,
        sleep: Callable[[float], None] | None = None,
    ) -> None:
        """Begin a slice.

        Args:
            clock: seconds.
            sleep: waits for so many of them; default: that of the server around us.
        """
        self._clock = clock
        self._sleep = sleep or time.sleep
        self._end = clock() + SLICE

    def __call__(self) -> None:
        """Let others have their turn, if the slice is over."""
        if self._clock() >= self._end:
            self._sleep(REST)
            self._end = self._clock() + SLICE


@contextlib.contextmanager
def considerate() -> Iterator[None]:
    """Let other threads have their turn in here again and again, where there are others.

    Who works in the main thread of a process, as at its start, keeps nobody waiting but itself.
    """
    if asked() is not None or threading.current_thread() is threading.main_thread():
        yield
        return
    with given(Slices()):
        yield
