"""What requests cost: how long banditware's own code took, in this process."""

from __future__ import annotations

import threading
from bisect import bisect_left
from itertools import accumulate
from typing import NamedTuple

from banditware import forks

#: Upper ends of the buckets, in seconds: from below what a returning visitor takes on a fast
#: machine to beyond what anybody should wait for.
BUCKETS = (
    *(0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005),
    *(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0),
)


INFINITY = float("inf")


class Spent(NamedTuple):
    """What was measured until now.

    Attributes:
        buckets: how many requests took at most so long: the end of a bucket in seconds, or
            infinity, and the number. Every bucket counts those before it, too.
        total: seconds of all requests together.
    """

    buckets: tuple[tuple[float, int], ...]
    total: float


class Costs(forks.ForkAware):
    """Adds up what requests cost: call it with the seconds of each."""

    def __init__(self) -> None:
        self._begin()
        forks.watch(self)

    def _begin(self) -> None:
        self._lock = threading.Lock()
        self._counts = [0] * (len(BUCKETS) + 1)
        self._total = 0.0

    def __call__(self, seconds: float) -> None:
        """Note what a request cost."""
        index = bisect_left(BUCKETS, seconds)
        with self._lock:
            self._counts[index] += 1
            self._total += seconds

    def spent(self) -> Spent:
        """Return what was measured until now."""
        with self._lock:
            counts, total = tuple(self._counts), self._total
        ends = (*BUCKETS, INFINITY)
        return Spent(tuple(zip(ends, accumulate(counts), strict=True)), total)

    def after_fork(self, *, child: bool) -> None:
        """See `ForkAware`: the child has served nobody, and its lock may be held by nobody."""
        if child:
            self._begin()
