"""Clients that read streams of `load_apps`: the first byte, and a gigabyte behind it."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Executor
from typing import NamedTuple

from benchmarks.load_apps import CHUNK, FIRST
from benchmarks.load_client import FaultyAnswerError, answer, connected, cookies, request
from benchmarks.load_pairs import READY
from benchmarks.load_servers import Running, forget_peak, peak, pin, processor_seconds

#: Bytes that are read at once.
ROOM = 1 << 20


class Asking(NamedTuple):
    """What is requested: a path, and the cookie that comes with it."""

    path: str
    cookie: str

    def sent(self, chunks: int) -> bytes:
        """Return the head of the request; its body is a byte."""
        return request(f"{self.path}?{chunks}", self.cookie, length=1)


class Stream(NamedTuple):
    """A stream to be read.

    Attributes:
        port: where the server listens on loopback.
        asking: what is requested.
        chunks: how many come behind the first part.
        core: the core that the client runs on.
        start: when it starts, by the monotonic clock.
    """

    port: int
    asking: Asking
    chunks: int
    core: int
    start: float


class Streamed(NamedTuple):
    """A stream that was read.

    Attributes:
        size: its bytes.
        seconds: how long it took.
        own: the seconds of processor time that the client itself took.
        server: the same of the server.
    """

    size: int
    seconds: float
    own: float
    server: float = 0.0

    @property
    def rate(self) -> float:
        """Bytes a second, as the client sees them."""
        return self.size / self.seconds

    @property
    def alone(self) -> float:
        """Bytes in a second of the core, without the time that the client took."""
        return self.size / (self.seconds - self.own)


class Shape(NamedTuple):
    """How two servers are compared: how many swaps, and how many chunks in each stream."""

    swaps: int
    chunks: int


def cookie(port: int) -> str:
    """Return the cookie of a new visitor."""
    with connected(port) as line:
        head = first(line, Asking("/", "").sent(0))
        line.sendall(b".")
        return cookies(head)


def first(line: socket.socket, sent: bytes) -> bytes:
    """Send the head of a request, and return all up to the first part of the body.

    Raises:
        FaultyAnswerError: the server ends the connection before it, or has a fault.
    """
    line.sendall(sent)
    return answer(line, FIRST)


def firsts(
    servers: Mapping[str, Running], asking: Asking, number: int
) -> Mapping[str, list[float]]:
    """Return the seconds to the first byte from each server, asked in turn.

    The servers share a core, and the client has the other one.
    """
    cores = os.sched_getaffinity(0)
    theirs, own = sorted(cores)[:2]
    for server in servers.values():
        pin(server.processes, {theirs})
    os.sched_setaffinity(0, {own})
    sent = asking.sent(0)
    found: dict[str, list[float]] = {app: [] for app in servers}
    try:
        for turn in range(number + number // 10):
            for app, server in servers.items():
                seconds = _first_seconds(server.port, sent)
                if turn >= number // 10:  # those before are to warm up
                    found[app].append(seconds)
    finally:
        os.sched_setaffinity(0, cores)
    return found


def _first_seconds(port: int, sent: bytes) -> float:
    with connected(port) as line:
        start = time.perf_counter()
        first(line, sent)
        seconds = time.perf_counter() - start
        line.sendall(b".")
    return seconds


def read(stream: Stream) -> Streamed:
    """Read a stream to its end, on one core."""
    os.sched_setaffinity(0, {stream.core})
    time.sleep(max(0.0, stream.start - time.monotonic()))
    own, start = time.process_time(), time.perf_counter()
    size, room = stream.chunks * len(CHUNK), memoryview(bytearray(ROOM))
    with connected(stream.port) as line:
        first(line, stream.asking.sent(stream.chunks))
        line.sendall(b".")
        left = size
        while left:
            got = line.recv_into(room, min(ROOM, left))
            if not got:
                raise FaultyAnswerError(f"ends {left} bytes early")
            left -= got
    return Streamed(size, time.perf_counter() - start, time.process_time() - own)


def swaps(
    pool: Executor, rivals: Sequence[Running], asking: Asking, shape: Shape
) -> list[tuple[Streamed, Streamed]]:
    """Read streams from two servers at the same time, each on a core, and again on the other one.

    Args:
        pool: two processes that clients run in.
        rivals: the two.
        asking: what is requested.
        shape: how often and how long.

    Returns:
        What the two streams of each server took, swap by swap.
    """
    stream = Stream(0, asking, shape.chunks, 0, 0)
    _turn(pool, rivals, stream, swapped=False)  # to warm up
    found = []
    for _ in range(shape.swaps):
        turns = [_turn(pool, rivals, stream, swapped=swapped) for swapped in (False, True)]
        reference, ours = (together(read) for read in zip(*turns, strict=True))
        found.append((reference, ours))
    return found


def growth(
    pool: Executor, rivals: Sequence[Running], asking: Asking, chunks: int
) -> tuple[float, float]:
    """Return the megabytes that the peak of each server's memory grows by in a long stream."""
    stream = Stream(0, asking, chunks, 0, 0)
    _turn(pool, rivals, stream._replace(chunks=chunks // 8), swapped=False)  # to warm up
    for server in rivals:
        forget_peak(server.processes)
    before = [peak(server.processes) for server in rivals]
    _turn(pool, rivals, stream, swapped=False)
    reference, ours = (
        peak(server.processes) - earlier for server, earlier in zip(rivals, before, strict=True)
    )
    return reference, ours


def together(read: Iterable[Streamed]) -> Streamed:
    """Return what several streams took."""
    return Streamed(*map(sum, zip(*read, strict=True)))


def _turn(
    pool: Executor, rivals: Sequence[Running], shape: Stream, *, swapped: bool
) -> list[Streamed]:
    cores = sorted(sorted(os.sched_getaffinity(0))[:2], reverse=swapped)
    start = time.monotonic() + READY
    todo, before = [], []
    for server, core in zip(rivals, cores, strict=True):
        pin(server.processes, {core})
        before.append(processor_seconds(server.processes))
        todo.append(shape._replace(port=server.port, core=core, start=start))
    return [
        streamed._replace(server=processor_seconds(server.processes) - earlier)
        for streamed, server, earlier in zip(pool.map(read, todo), rivals, before, strict=True)
    ]
