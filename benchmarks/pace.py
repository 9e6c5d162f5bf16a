"""How fast the core runs just now: a virtual one shares its hardware, and slows down by others.

While somebody else works on the other half of a real core, everything takes up to 1.8 times as
long, for seconds or minutes. Microseconds are meant of a core at its full speed, and a loop of
plain Python tells whether it is.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import ClassVar

#: A core that takes so many times as long as at its best still runs at its full speed.
CALM = 1.1

#: Where processes that measure together tell those that they start what the best was, in seconds.
BEST = "BANDITWARE_BENCHMARK_BEST"

#: Seconds to find it out, where nobody has told it.
SEARCH = 2.0

#: Seconds that a process waits for the full speed, all its rounds together, and between two looks
#: whether it is there.
PATIENCE, LOOK = 15.0, 0.1


def loop() -> float:
    """Return the seconds that a loop of plain Python takes, the best of three."""
    return min(_once() for _ in range(3))


def _once() -> float:
    start, total = time.perf_counter(), 0
    for number in range(4_000):
        total += number * number
    return time.perf_counter() - start


class Pace:
    """Knows how long the loop takes at its best, and learns when it takes less.

    Attributes:
        best: seconds.
        waited: seconds that this process has waited for it so far.
    """

    waited: ClassVar[float] = 0.0

    def __init__(
        self,
        best: float,
        loop: Callable[[], float] = loop,
        *,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self.best = best
        self._loop, self._sleep = loop, sleep

    def now(self) -> float:
        """Return the seconds that the loop takes now."""
        took = self._loop()
        self.best = min(self.best, took)
        return took

    def await_calm(self) -> None:
        """Wait for the full speed, as long as the process has patience."""
        while not self.is_calm(self.now()) and Pace.waited < PATIENCE:
            self._sleep(LOOK)
            Pace.waited += LOOK

    def is_calm(self, took: float) -> bool:
        """Return True if a core that took so many seconds ran at its full speed."""
        return took <= self.best * CALM


def of_this_machine() -> Pace:
    """Return what is known of the machine, found out if need be."""
    pace = Pace(float(os.environ.get(BEST, "inf")))
    end = time.monotonic() + SEARCH
    while BEST not in os.environ and time.monotonic() < end:
        pace.now()
    return pace


def keep(pace: Pace) -> None:
    """Tell the processes that are started from now on."""
    os.environ[BEST] = repr(pace.best)
