"""Two servers driven at the same time, a core for each, and what the comparison comes to."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import Executor
from typing import NamedTuple

from benchmarks.load_client import Driven, Load, drive
from benchmarks.load_servers import Running, pin, processor_seconds

#: Seconds for both generators to be ready before they start together.
READY = 0.05

#: How often the servers of a pair run, on the one core and on the other in turn.
TURNS = 4


class Rival(NamedTuple):
    """A server, and what is asked of it.

    Attributes:
        server: the server.
        requests: what is sent, again and again.
        ending: what every answer ends with.
    """

    server: Running
    requests: Sequence[bytes]
    ending: bytes


class Side(NamedTuple):
    """What one server did in a pair, on both cores together.

    Attributes:
        answers: how many it gave.
        seconds: how long that took.
        generator: seconds of processor time that its load generator took of that.
        server: seconds of processor time that the server took, its other threads included.
        p99: the seconds that 99 % of the answers took at most.
    """

    answers: int
    seconds: float
    generator: float
    server: float
    p99: float

    @property
    def rate(self) -> float:
        """Answers in a second of its core, without the time that the generator took."""
        return self.answers / (self.seconds - self.generator)

    @property
    def cost(self) -> float:
        """Microseconds of processor time for an answer."""
        return self.server / self.answers * 1e6


class Pair(NamedTuple):
    """Both servers of a pair: first what is compared with."""

    reference: Side
    ours: Side


class Comparison(NamedTuple):
    """What several pairs come to: ratios of ours to the reference, one for each pair.

    Attributes:
        rates: of the throughputs.
        costs: of the processor time for an answer.
        p99s: of the times that 99 % of the answers take at most.
    """

    rates: list[float]
    costs: list[float]
    p99s: list[float]


def compared(busy: Sequence[Pair], calm: Sequence[Pair]) -> Comparison:
    """Return what pairs come to, of which some were driven to their limit and some were not."""
    return Comparison(
        [pair.ours.rate / pair.reference.rate for pair in busy],
        [pair.ours.cost / pair.reference.cost for pair in busy],
        [pair.ours.p99 / pair.reference.p99 for pair in calm],
    )


def ranged(values: Sequence[float]) -> str:
    """Return the median of ratios in per cent, and the least and the greatest behind it."""
    middle, least, most = statistics.median(values), min(values), max(values)
    return f"{middle:.1%} ({least:.1%} to {most:.1%})".replace("%", " %")


def percentile(values: Iterable[float], share: float) -> float:
    """Return the least of the values that a share of them does not exceed.

    Raises:
        ValueError: there are none.
    """
    ordered = sorted(values)
    if not ordered:
        raise ValueError("no values")
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def together(driven: Sequence[Driven], server: float) -> Side:
    """Return what one server did in several turns.

    Args:
        driven: what its load generator had, turn by turn.
        server: seconds of processor time that the server took in all of them.
    """
    return Side(
        sum(turn.answers for turn in driven),
        sum(turn.seconds for turn in driven),
        sum(turn.own for turn in driven),
        server,
        percentile((seconds for turn in driven for seconds in turn.latencies), 0.99),
    )


def pair(pool: Executor, rivals: Sequence[Rival], *, width: int, seconds: float) -> Pair:
    """Drive two servers at the same time, each with its generator on a core, and swap the cores.

    Args:
        pool: two processes that load generators run in.
        rivals: the reference, and ours.
        width: how many requests each server has before it at once.
        seconds: how long each turn takes.
    """
    before = [processor_seconds(rival.server.processes) for rival in rivals]
    turns = [_turn(pool, rivals, cores, (width, seconds)) for cores in _orders(TURNS)]
    after = [processor_seconds(rival.server.processes) for rival in rivals]
    sides = zip(zip(*turns, strict=True), before, after, strict=True)
    return Pair(*(together(driven, end - start) for driven, start, end in sides))


def _orders(turns: int) -> list[tuple[int, int]]:
    """Return the cores of both servers, turn by turn."""
    one, other, *_ = sorted(os.sched_getaffinity(0))
    return [(one, other), (other, one)] * (turns // 2)


def _turn(
    pool: Executor, rivals: Sequence[Rival], cores: Sequence[int], how: tuple[int, float]
) -> list[Driven]:
    width, seconds = how
    for rival, core in zip(rivals, cores, strict=True):
        pin(rival.server.processes, {core})
    start = time.monotonic() + READY
    loads = [
        Load(r.server.port, r.requests, r.ending, r.server.keeps, width, core, start, seconds)
        for r, core in zip(rivals, cores, strict=True)
    ]
    return list(pool.map(drive, loads))
