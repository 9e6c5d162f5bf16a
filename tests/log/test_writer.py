from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from banditware.errors import StoreError
from banditware.events.describing import Shown
from banditware.events.happened import Decided
from banditware.events.writing import Written
from banditware.log import writer as module
from banditware.log.sinks import Refuse, Sink
from banditware.log.writer import CHUNK, PAUSE, Writer
from banditware.model import Decision
from banditware.pacing import limited
from tests.log.support import PATIENCE, Scripted, until
from tests.support import NOON, Watch, experiment


def happened(number: int = 0) -> Decided:
    """Return what happened, with a number for its subject."""
    one = Decision("button", "red", 1, 0.5, "drawn", True, "d", NOON, "1", lambda _: "")
    return Decided(NOON, str(number), experiment(), one)


def writer(sink: Sink, limit: int = 10_000, clock: Watch | None = None) -> Writer:
    """Return a writer to a sink, whose thread is not started."""
    return Writer(lambda: sink, Shown("plain"), limit=limit, clock=clock or Watch())


def subjects(sink: Scripted) -> list[int]:
    """Return the numbers of what a sink took."""
    return [int(event["subject"]) for event in sink.taken]


@pytest.fixture(autouse=True)
def told(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """Return what is logged."""
    with caplog.at_level(logging.WARNING, "banditware"):
        yield caplog


def test_in_order_and_in_pieces() -> None:
    """Events reach the sink in order, in pieces of at most `CHUNK`, each with an id of its own."""
    sizes: list[int] = []

    def answer(events: Sequence[Written], _refuse: Refuse) -> int:
        sizes.append(len(events))
        return len(events)

    sink = Scripted(answer)
    way = writer(sink)
    for number in range(2 * CHUNK + 1):
        way.note(happened(number))
    assert way.turn() == PAUSE
    assert subjects(sink) == list(range(2 * CHUNK + 1))
    assert sizes == [CHUNK, CHUNK, 1]
    assert len({event["event_id"] for event in sink.taken}) == 2 * CHUNK + 1
    assert way.health() == (2 * CHUNK + 1, 0, 0, 0, "")


def test_the_thread() -> None:
    """The thread writes by itself, and once more at the end."""
    sink = Scripted()
    way = writer(sink)
    assert way.start()
    assert way.start()
    way.note(happened(1))
    until(lambda: subjects(sink) == [1])
    way.note(happened(2))
    way.close(PATIENCE)
    assert subjects(sink) == [1, 2]
    assert sink.closed == 1


def test_a_sink_that_fails_gets_it_again(told: pytest.LogCaptureFixture) -> None:
    """What a sink could not take is brought again, with the same ids, and nothing twice."""
    seen: list[list[str]] = []
    answers: list[int | Exception] = [StoreError("redis://x", "away"), OSError("full"), 1, 2]

    def answer(events: Sequence[Written], _refuse: Refuse) -> int:
        seen.append([each.event["event_id"] for each in events])
        found = answers.pop(0)
        if isinstance(found, Exception):
            raise found
        return found

    sink = Scripted(answer)
    way = writer(sink)
    for number in range(3):
        way.note(happened(number))
    way.turn()
    way.turn()
    assert way.health() == (0, 3, 0, 2, "full")
    assert way.turn() == PAUSE
    assert subjects(sink) == [0, 1, 2]
    assert seen[0] == seen[1] == seen[2]
    assert seen[3] == seen[0][1:]
    assert (way.health().written, way.health().waiting) == (3, 0)
    assert [record.message for record in told.records] == [
        "the decision log cannot be written, events wait: redis://x: away"
    ]


def test_a_sink_that_is_away_is_asked_less_often() -> None:
    """The pause grows with failures, and is the usual one again after a success."""

    def fail(events: Sequence[Written], refuse: Refuse) -> int:
        raise OSError("away")

    way = writer(Scripted(fail))
    way.note(happened())
    pauses = [way.turn() for _ in range(40)]
    assert max(pauses) > 10 * PAUSE
    assert max(pauses) <= 30.0


def test_the_queue_is_bounded(told: pytest.LogCaptureFixture) -> None:
    """What comes when the queue is full is lost and counted, and told once a minute."""
    sink, watch = Scripted(), Watch()
    way = writer(sink, limit=3, clock=watch)
    for number in range(10):
        way.note(happened(number))
    assert (way.health().waiting, way.health().lost) == (3, 7)
    assert "faster" in way.health().error
    until(lambda: told.records)
    watch.now += 61.0
    way.note(happened())
    until(lambda: len(told.records) == 2)
    assert "8 events of the decision log are lost so far" in told.records[1].message
    way.turn()
    assert subjects(sink) == [0, 1, 2]


def test_refused_events_are_lost() -> None:
    """What a sink refuses is counted as lost, not as written."""

    def answer(events: Sequence[Written], refuse: Refuse) -> int:
        refuse(KeyError("column"))
        return len(events)

    way = writer(Scripted(answer))
    way.note(happened())
    way.note(happened())
    way.turn()
    assert (way.health().written, way.health().lost) == (1, 1)
    assert "column" in way.health().error


def test_an_event_that_cannot_be_made() -> None:
    """An event that cannot be written is lost alone."""
    sink = Scripted()
    way = writer(sink)
    way.note(happened(1)._replace(time=1e300))
    way.note(happened(2))
    way.turn()
    assert subjects(sink) == [2]
    assert way.health().lost == 1


def test_between_requests() -> None:
    """Where no thread runs a turn is done inline, ends in time, and waits for nobody."""
    sink = Scripted()
    way = writer(sink)
    for number in range(3 * CHUNK):
        way.note(happened(number))
    with limited(-1.0):
        assert way.turn_inline() == PAUSE
    assert len(sink.taken) == CHUNK
    with way._writing:
        assert way.turn_inline() == PAUSE
    assert len(sink.taken) == CHUNK
    way.turn_inline()
    assert len(sink.taken) == 3 * CHUNK


def test_no_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where none can be started, closing writes what waits."""
    monkeypatch.setattr(module, "launch", lambda *_: None)
    sink = Scripted()
    way = writer(sink)
    assert not way.start()
    way.settle(PATIENCE)
    way.note(happened(1))
    way.settle(PATIENCE)
    assert subjects(sink) == [1]
    way.note(happened(2))
    way.close(PATIENCE)
    assert subjects(sink) == [1, 2]


def test_closing_a_sink_that_hangs() -> None:
    """Closing waits no longer than it may, and what is left then is counted as lost."""
    hangs, go = threading.Event(), threading.Event()

    def answer(events: Sequence[Written], _refuse: Refuse) -> int:
        hangs.set()
        assert go.wait(PATIENCE)
        return len(events)

    way = writer(Scripted(answer))
    way.note(happened())
    way.start()
    assert hangs.wait(PATIENCE)
    way.note(happened())
    way.close(0.01)
    assert (way.health().waiting, way.health().lost) == (1, 1)
    way.note(happened())
    assert way.health().lost == 2
    assert way.health().error == "the log is closed"
    assert not way.start()
    go.set()
    until(lambda: way.health().written == 1)


def test_a_sink_that_cannot_be_closed() -> None:
    """What a sink raises when it is closed is only told."""

    class Stubborn(Scripted):
        def close(self) -> None:
            raise OSError("no")

    way = writer(Stubborn())
    way.note(happened())
    way.close(PATIENCE)
    assert (way.health().written, way.health().error) == (1, "no")


def test_a_child_begins_with_nothing() -> None:
    """In the child of a fork nothing waits, nothing is counted, and the sink is a new one."""
    sinks: list[Scripted] = []

    def make() -> Sink:
        sinks.append(Scripted())
        return sinks[-1]

    way = Writer(make, Shown("plain"), limit=5, clock=Watch())
    way.note(happened(1))
    before = way._process
    way.after_fork(child=False)
    assert way.health().waiting == 1
    way.after_fork(child=True)
    assert way.health() == (0, 0, 0, 0, "")
    assert way._process != before
    way.note(happened(2))
    way.turn()
    assert [subjects(sink) for sink in sinks] == [[], [2]]


def test_a_closed_writer_stays_closed_in_a_child() -> None:
    """What was closed before a fork takes nothing afterwards."""
    sink: Any = Scripted()
    way = writer(sink)
    way.close()
    way.after_fork(child=True)
    way.note(happened())
    assert (way.health().waiting, way.health().lost) == (0, 1)
    assert not way.start()
