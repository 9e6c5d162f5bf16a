"""What tests of the decision log share: bandits that log, sinks that do as they are told."""

from __future__ import annotations

import gzip
import json
import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from banditware import Bandit
from banditware.events.writing import Written
from banditware.log.opening import Given
from banditware.log.settings import LogSettings, ToFunction
from banditware.log.sinks import Refuse
from tests.support import Stand, Watch, configured

#: Seconds that a condition may take to come true on a busy machine.
PATIENCE = 60.0


def refused(error: BaseException) -> None:
    """Fail: nothing was to be refused."""
    raise AssertionError(error)


def lines_of(path: Path) -> list[dict[str, Any]]:
    """Return the events of a file, compressed or not; fail if a line is torn."""
    packed = path.suffix == ".gz"
    data = gzip.decompress(path.read_bytes()) if packed else path.read_bytes()
    assert not data or data.endswith(b"\n")
    return [json.loads(line) for line in data.splitlines()]


def read(path: Path) -> list[int]:
    """Return the numbers of the events of a file."""
    return [event["n"] for event in lines_of(path)]


def until(true: Callable[[], object]) -> None:
    """Wait until something is true."""
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end
        time.sleep(0.005)


class Scripted:
    """A sink that takes what a function of the test says.

    Attributes:
        taken: what it took.
        closed: how often it was closed.
    """

    def __init__(self, answer: Callable[[Sequence[Written], Refuse], int] | None = None) -> None:
        self.taken: list[dict[str, Any]] = []
        self.closed = 0
        self._answer = answer

    def write(self, events: Sequence[Written], refuse: Refuse) -> int:
        """See `Sink.write`."""
        done = self._answer(events, refuse) if self._answer else len(events)
        self.taken += [each.event for each in events[:done]]
        return done

    def close(self) -> None:
        """See `Sink.close`."""
        self.closed += 1


class Hanging:
    """A function for events that hangs until it is let go.

    Attributes:
        hangs: set as soon as it does.
        go: lets it go.
        seen: the events it got.
    """

    def __init__(self) -> None:
        self.hangs = threading.Event()
        self.go = threading.Event()
        self.seen: list[dict[str, Any]] = []

    def __call__(self, event: dict[str, Any]) -> None:
        """Take an event."""
        self.hangs.set()
        assert self.go.wait(PATIENCE)
        self.seen.append(event)


@contextmanager
def closing(bandit: Bandit) -> Iterator[Bandit]:
    """Close a bandit, with all the time its log may need."""
    try:
        yield bandit
    finally:
        bandit.close(PATIENCE)


PAYING = [
    {"match": "GET /", "choose": "button"},
    {"match": "POST /buy", "reward": {"experiment": "button", "amount": {"header": "x-total"}}},
]


class Log(list[dict[str, Any]]):
    """Events as they come; `append` is the function that gets them."""

    def of(self, kind: str) -> list[dict[str, Any]]:
        """Return the events of a kind."""
        return [event for event in self if event["kind"] == kind]


def logged(
    button: dict[str, Any] | None = None, *, given: Given | None = None, **top: Any
) -> tuple[Stand, Log]:
    """Return a stand whose log is written whenever `settle` is called, and its events."""
    log, watch = Log(), Watch()
    settings = configured(button, **top)
    to = given or [LogSettings(ToFunction(log.append), "plain")]
    bandit = Bandit(settings, clock=watch, generator=random.Random("1"), log=to)
    return Stand(bandit, watch), log


def shown(log: Log, here: Stand) -> list[tuple[Any, ...]]:
    """Return kind, reason or goal, counted and excluded of all events so far."""
    here.bandit.settle(PATIENCE)
    return [
        (event["kind"], event.get("reason") or event["goal"], event["counted"], event["excluded"])
        for event in log
    ]
