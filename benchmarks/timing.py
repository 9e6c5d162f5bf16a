"""Times of calls, taken in turn, so that a machine whose speed drifts favours none of them.

A round is long enough for the caches of the processor to be those of a server that answers one
request after the other.
"""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Hashable, Iterable, Mapping
from operator import itemgetter
from typing import Any, TypeVar

from benchmarks import pace, tables
from benchmarks.sending import Row
from benchmarks.ways import Way

CALLS = 1_000

#: How many times as many rounds are taken at most, because the core slowed down within some.
MOST = 2

Name = TypeVar("Name", bound=Hashable)


def timed(call: Callable[[], object], calls: int = CALLS) -> float:
    """Return microseconds per call over a short run."""
    start = time.perf_counter()
    for _ in range(calls):
        call()
    return (time.perf_counter() - start) / calls * 1e6


def in_turn(
    every: Mapping[Name, Callable[[], object]],
    rounds: int,
    calls: int = CALLS,
    *,
    machine: pace.Pace | None = None,
    settle: Callable[[], object] | None = None,
) -> dict[Name, list[float]]:
    """Return the microseconds of each call in each round; all calls are timed in every round.

    A round before the first warms everything up. Each waits until the core runs at its full speed
    (see `pace`), and is taken again if it slowed down within it, unless that goes on for too long.

    `settle` is called before each round, and does what earlier calls have left to be done: a loop
    leaves more than any server's requests do, and a thread that never gets to the end of it would
    take its time from calls that it has nothing to do with.
    """
    machine = machine or pace.of_this_machine()
    for call in every.values():
        timed(call, calls)
    tried: list[tuple[float, dict[Name, float]]] = []
    while len(tried) < rounds or (len(tried) < MOST * rounds and _calm(machine, tried) < rounds):
        if settle is not None:
            settle()
        machine.await_calm()
        gc.collect()
        before = machine.now()
        took = {name: timed(call, calls) for name, call in every.items()}
        tried.append((max(before, machine.now()), took))
    pace.keep(machine)
    chosen = sorted(tried, key=itemgetter(0))[:rounds]
    return {name: [took[name] for _, took in chosen] for name in every}


def _calm(machine: pace.Pace, tried: Iterable[tuple[float, object]]) -> int:
    """Return how many of the rounds were at full speed."""
    return sum(machine.is_calm(slowest) for slowest, _ in tried)


def requests(make: Any, bare: Any, wrapped: Any, row: Row) -> tuple[Any, Any]:
    """Return functions that send a row's request to the bare app, and to the wrapped one.

    Args:
        make: makes a request of an app, a path and a cookie, as `sending.wsgi_request` does.
        bare: the app.
        wrapped: the same with experiments; it sets the cookie of a visitor who returns.
        row: what is requested.
    """
    cookie = ""
    if row.returning:
        first, cookies = make(wrapped, "/", "")
        first()
        cookie = "; ".join(value.split(";")[0] for value in cookies)
    return make(bare, row.path, cookie)[0], make(wrapped, row.path, cookie)[0]


def added(before: list[float], after: list[float]) -> tables.Spread:
    """Return the quartiles of what one call takes more than another one of the same round."""
    return tables.spread([late - early for early, late in zip(before, after, strict=True)])


def overhead(
    way: Way, row: Row, rounds: int, settle: Callable[[], object] | None = None
) -> tuple[float, float]:
    """Return the median of (wrapped minus bare) and the bare median, in microseconds."""
    pair = requests(way.make, way.bare, way.wrapped, row)
    samples = in_turn(dict(zip(("bare", "wrapped"), pair, strict=True)), rounds, settle=settle)
    return added(samples["bare"], samples["wrapped"]).median, statistics.median(samples["bare"])
