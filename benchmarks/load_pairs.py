"""Two servers driven at the same time, a core for each, and what the comparison comes to."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor
from typing import NamedTuple, TypeVar

from benchmarks.load_client import Driven, Load, drive
from benchmarks.load_servers import Running, pin, processor_seconds

#: Seconds for both generators to be ready before they start together.
READY = 0.02

T = TypeVar("T")


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
    """What one server did in a swap, on the one core and on the other.

    Attributes:
        answers: how many it gave.
        seconds: how long that took.
        generator: seconds of processor time that its load generator took of that.
        server: seconds of processor time that the server took, its other threads included.
        p99: the seconds that 99 % of the answers took at most: of both turns the geometric mean,
            because one of the cores may be slower.
    """

    answers: int
    seconds: float
    generator: float
    server: float
    p99: float

    @property
    def rate(self) -> float:
        """Answers a second, as the load generator sees them."""
        return self.answers / self.seconds

    @property
    def alone(self) -> float:
        """Answers in a second of its core, without the time that the generator took."""
        return self.answers / (self.seconds - self.generator)

    @property
    def cost(self) -> float:
        """Microseconds of processor time for an answer."""
        return self.server / self.answers * 1e6


class Swap(NamedTuple):
    """Two turns of both servers at the same time, with the cores swapped between them."""

    reference: Side
    ours: Side


class Shape(NamedTuple):
    """How a pair is driven.

    Attributes:
        width: how many requests each server has before it at once.
        swaps: how many.
        seconds: how long each of the two turns of a swap takes.
    """

    width: int
    swaps: int
    seconds: float


class Comparison(NamedTuple):
    """What several pairs come to: ratios of ours to the reference, one for each pair.

    Attributes:
        rates: of the throughputs that the generator sees.
        alone: of those in the time that the generator leaves.
        costs: of the processor time for an answer.
        p99s: of the times that 99 % of the answers take at most.
    """

    rates: list[float]
    alone: list[float]
    costs: list[float]
    p99s: list[float]


def middle(pair: Iterable[tuple[T, T]], seen: Callable[[T], float]) -> float:
    """Return what a pair's swaps have in common: the median of their ratios, ours to theirs.

    A swap in which the machine changed its speed is one of many then.
    """
    return statistics.median(seen(ours) / seen(reference) for reference, ours in pair)


def compared(busy: Sequence[Sequence[Swap]], calm: Sequence[Sequence[Swap]]) -> Comparison:
    """Return what pairs come to, of which some were driven to their limit and some were not."""
    return Comparison(
        [middle(pair, lambda side: side.rate) for pair in busy],
        [middle(pair, lambda side: side.alone) for pair in busy],
        [middle(pair, lambda side: side.cost) for pair in busy],
        [middle(pair, lambda side: side.p99) for pair in calm],
    )


def ranged(values: Sequence[float]) -> str:
    """Return the median of ratios in per cent, and the least and the greatest behind it."""
    median, least, most = statistics.median(values), min(values), max(values)
    return f"{median:.1%} ({least:.1%} to {most:.1%})".replace("%", " %")


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
        statistics.geometric_mean(percentile(turn.latencies, 0.99) for turn in driven),
    )


def pair(pool: Executor, rivals: Sequence[Rival], shape: Shape) -> list[Swap]:
    """Drive two servers at the same time, each with its generator on a core, and swap the cores.

    Args:
        pool: two processes that load generators run in.
        rivals: the reference, and ours.
        shape: how.
    """
    return [_swap(pool, rivals, shape) for _ in range(shape.swaps)]


def _swap(pool: Executor, rivals: Sequence[Rival], shape: Shape) -> Swap:
    cores = sorted(os.sched_getaffinity(0))[:2]
    before = [processor_seconds(rival.server.processes) for rival in rivals]
    turns = [_turn(pool, rivals, order, shape) for order in (cores, cores[::-1])]
    after = [processor_seconds(rival.server.processes) for rival in rivals]
    sides = zip(zip(*turns, strict=True), before, after, strict=True)
    return Swap(*(together(driven, end - start) for driven, start, end in sides))


def _turn(
    pool: Executor, rivals: Sequence[Rival], cores: Sequence[int], shape: Shape
) -> list[Driven]:
    for rival, core in zip(rivals, cores, strict=True):
        pin(rival.server.processes, {core})
    start = time.monotonic() + READY
    loads = [
        Load(
            r.server.port, r.requests, r.ending, r.server.keeps,
            shape.width, core, start, shape.seconds,
        )
        for r, core in zip(rivals, cores, strict=True)
    ]  # fmt: skip
    return list(pool.map(drive, loads))
