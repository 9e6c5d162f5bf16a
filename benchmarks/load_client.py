"""A small load generator: raw sockets, requests that are ready to be sent, nothing parsed.

What it costs is counted, so that it can be left out of a server's throughput: on the core that
both share, a server has the seconds that the generator did not take.
"""

from __future__ import annotations

import gc
import itertools
import os
import socket
import time
from array import array
from collections.abc import Sequence
from typing import NamedTuple

HEADERS = {
    "Host": "localhost",
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0",
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "en-GB,en;q=0.5",
    "Accept-Encoding": "gzip, deflate, br",
    "Upgrade-Insecure-Requests": "1",
    "Sec-Fetch-Dest": "document",
    "Sec-Fetch-Mode": "navigate",
    "Sec-Fetch-Site": "none",
    "Sec-Fetch-User": "?1",
}


class FaultyAnswerError(Exception):
    """A server answered with something else than 200, or not at all."""


class Load(NamedTuple):
    """What to do for a while.

    Attributes:
        port: where the server listens on loopback.
        requests: what is sent, again and again.
        ending: what every answer ends with.
        keeps: whether a connection serves for the next request.
        width: how many requests are on their way at once.
        core: the core that the generator runs on.
        start: when it starts, by the monotonic clock.
        seconds: how long it goes on.
    """

    port: int
    requests: Sequence[bytes]
    ending: bytes
    keeps: bool
    width: int
    core: int
    start: float
    seconds: float


class Driven(NamedTuple):
    """What came of it.

    Attributes:
        answers: how many were had.
        seconds: how long that took.
        own: the seconds of processor time that the generator itself took.
        latencies: the seconds from a request to its whole answer, for each.
    """

    answers: int
    seconds: float
    own: float
    latencies: array[float]


def request(path: str, cookie: str = "", *, method: str = "GET", length: int = 0) -> bytes:
    """Return the head of a request as a browser sends it."""
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {said}" for name, said in HEADERS.items())]
    if cookie:
        lines.append(f"Cookie: {cookie}")
    if length:
        lines.append(f"Content-Length: {length}")
    return "\r\n".join([*lines, "", ""]).encode()


def cookies(answer: bytes) -> str:
    """Return what a browser sends back of the cookies that an answer sets."""
    head = answer.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")[1:]
    fields = (line.partition(":")[::2] for line in head)
    given = [said.strip() for name, said in fields if name.lower() == "set-cookie"]
    return "; ".join(said.partition(";")[0] for said in given)


def connected(port: int) -> socket.socket:
    """Return a connection to a server on loopback."""
    line = socket.create_connection(("127.0.0.1", port), 60)
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return line


def answer(line: socket.socket, ending: bytes) -> bytes:
    """Return what a server answers, up to an ending.

    Raises:
        FaultyAnswerError: it is no answer of status 200, or ends before that.
    """
    got = line.recv(65536)
    while not got.endswith(ending):
        more = line.recv(65536)
        if not more:
            raise FaultyAnswerError(f"ends early: {got!r}")
        got += more
    if not got.startswith(b"HTTP/1.1 200"):
        raise FaultyAnswerError(repr(got[:200]))
    return got


def asked(port: int, sent: bytes, ending: bytes) -> bytes:
    """Return the answer to one request on a connection of its own."""
    with connected(port) as line:
        line.sendall(sent)
        return answer(line, ending)


def drive(load: Load) -> Driven:
    """Send requests for a while and wait for the answers, in a process for it, on one core."""
    os.sched_setaffinity(0, {load.core})
    # Does not push the server aside for every answer: no client does that from another machine.
    os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
    gc.disable()  # nothing here makes cycles
    return exchanged(load)


def exchanged(load: Load) -> Driven:
    """Send requests for a while and wait for the answers."""
    clock, latencies, ending = time.perf_counter, array("d"), load.ending
    requests = itertools.cycle(load.requests)
    time.sleep(max(0.0, load.start - time.monotonic()))
    own, start = time.process_time(), clock()
    lines = [connected(load.port) for _ in range(load.width)]
    sent = [start] * load.width
    for line in lines:
        line.sendall(next(requests))
    now, end = start, start + load.seconds
    while now < end:  # once at least, however long the connecting took
        for at, line in enumerate(lines):
            answer(line, ending)
            now = clock()
            latencies.append(now - sent[at])
            sent[at] = now
            if not load.keeps:
                lines[at] = _again(line, load.port)
            lines[at].sendall(next(requests))
    for line in lines:
        answer(line, ending)
        line.close()
    answers = len(latencies) + len(lines)
    return Driven(answers, clock() - start, time.process_time() - own, latencies)


def _again(line: socket.socket, port: int) -> socket.socket:
    """Let the server close a connection, as it does after each answer, and return a new one."""
    if line.recv(1):
        raise FaultyAnswerError("goes on behind its end")
    line.close()
    return connected(port)
