"""Why requests waited, told from the clocks of threads and of the garbage collector."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import NamedTuple

#: Milliseconds that no request may wait longer.
LIMIT = 5.0

#: What a process is called that does nothing.
ALONE = "the machine alone"


class Wait(NamedTuple):
    """How long a request waited, and why, in milliseconds.

    Attributes:
        long: from when it was due until it was answered.
        worked: processor time of the thread that refreshes, meanwhile.
        ready: the time in which that or the request's thread was ready and had no processor.
        collected: what of it the interpreter looked for garbage, in whichever thread.
    """

    long: float
    worked: float
    ready: float
    collected: float

    @property
    def reason(self) -> str:
        """One of `REASONS`."""
        if self.long - self.collected <= LIMIT:
            return "collections"
        blocked = self.long - self.collected - self.ready
        return "ours" if min(blocked, self.worked - self.collected) > LIMIT else "the machine's"


#: Why a wait was long. Without collections it would not have been; nor with a processor whenever
#: one was wanted, or else nobody refreshed anything for so long; or it was the refresh.
REASONS = ("collections", "the machine's", "ours")


class Seen(NamedTuple):
    """What requests met.

    Attributes:
        waits: of each request.
        rounds: seconds of each refresh.
        slices: milliseconds of its processor's time that the refresh took between two turns of
            others; those above a quarter of the limit.
    """

    waits: list[Wait]
    rounds: list[float]
    slices: list[float]

    def quantile(self, share: float) -> float:
        """Return the milliseconds that such a share of the requests does not exceed."""
        waits = sorted(wait.long for wait in self.waits)
        return waits[min(len(waits) - 1, int(share * len(waits)))]

    def long(self, reason: str) -> list[float]:
        """Return the milliseconds of those that waited for too long for this reason."""
        waits = (wait for wait in self.waits if wait.long > LIMIT)
        return [wait.long for wait in waits if wait.reason == reason]


class Collections:
    """Counts the seconds in which the interpreter looked for garbage."""

    _ended = 0.0
    _begun: float | None = None

    @property
    def seconds(self) -> float:
        """Those so far. Of a collection that has just ended another thread may know before us."""
        return self._ended + (0.0 if self._begun is None else time.perf_counter() - self._begun)

    def __call__(self, phase: str, *_: object) -> None:
        """See `gc.callbacks`."""
        if phase == "start":
            self._begun = time.perf_counter()
        else:
            self._ended, self._begun = self.seconds, None


def together(found: Iterable[Seen]) -> Seen:
    """Return what was seen in several turns as one."""
    every = tuple(found)
    return Seen(
        [wait for each in every for wait in each.waits],
        [seconds for each in every for seconds in each.rounds],
        [long for each in every for long in each.slices],
    )


def ours(found: Mapping[str, Seen]) -> int:
    """Return how many requests waited for too long because of a refresh.

    As many may look like that where there is none: a machine that stops without the kernel's
    knowledge lets others seem to work meanwhile.
    """
    seeming = max(len(found[name].long("ours")) for name in (ALONE, "nothing"))
    return max(0, len(found["all"].long("ours")) - seeming)
