"""Threads of our own, where a process can have any."""

from __future__ import annotations

import atexit
import math
import threading
import time
import weakref
from collections.abc import Callable
from typing import Protocol, TypeVar

from banditware.pacing import limited


class Turning(Protocol):
    """What a thread works for."""

    def turn(self) -> float:
        """Do one round; return the seconds until the next. Never raises."""
        ...

    def finish(self) -> None:
        """Do the last round. Never raises."""
        ...


class Closing(Protocol):
    """What is to be closed before the process ends."""

    def close(self) -> None:
        """Stop, after a last flush."""
        ...


T = TypeVar("T", bound=Turning)


class Pace:
    """Tells others how a thread gets on.

    Attributes:
        due: when the next round is, in seconds of `time.monotonic`.
        ended: set whenever a round has ended.
    """

    __slots__ = ("due", "ended")

    def __init__(self) -> None:
        self.due = 0.0
        self.ended = threading.Event()


def launch(target: Callable[..., None], *arguments: object) -> threading.Thread | None:
    """Return a started daemon thread, or None where none can be started."""
    thread = threading.Thread(target=target, args=arguments, name="banditware-flusher", daemon=True)
    try:
        thread.start()
    except RuntimeError:
        return None
    return thread


def within(seconds: float, target: Callable[[], None]) -> None:
    """Run something that never raises, and wait for so long; what is left goes on by itself.

    Where no thread can be started it is run here, until the time is up: see `pacing`.
    """
    thread = launch(target)
    if thread is not None:
        thread.join(seconds)
        return
    with limited(seconds):
        target()


def keep_turning(
    reference: weakref.ref[T],
    stop: threading.Event,
    pace: Pace,
    idle: Callable[[T], None] | None = None,
    usual: float = math.inf,
) -> None:
    """Turn until told to stop, or until nobody keeps what turns any more.

    Args:
        reference: what turns.
        stop: tells when.
        pace: tells others how it gets on.
        idle: called in the middle of longer pauses, once in so many seconds. Never raises.
        usual: the pause between two rounds that is not long.
    """
    pause = 0.0
    while not stop.wait(min(pause, usual)):
        turning = reference()
        if turning is None:
            return
        if idle is not None and pause > usual:
            pause -= usual
            idle(turning)
            del turning
            continue
        pause = turning.turn()
        del turning
        pace.due = time.monotonic() + pause
        pace.ended.set()
    turning = reference()
    if turning is not None:
        turning.finish()


_living: weakref.WeakValueDictionary[int, Closing] = weakref.WeakValueDictionary()


def close_at_exit(thing: Closing) -> None:
    """Close something at the end of the interpreter, if anybody still keeps it then."""
    _living[id(thing)] = thing


@atexit.register
def _close_all() -> None:
    for thing in list(_living.values()):
        thing.close()
