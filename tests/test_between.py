from __future__ import annotations

import gc
import logging
import sys
import threading

import pytest

from banditware import between, pacing
from banditware.between import Between, Turns, Waits, arranged, attend
from banditware.launching import Pace
from tests.test_hosting import host


class Process:
    """A flusher that notes what it is asked, on a system that allows threads or not."""

    def __init__(self, *, threads: bool = False) -> None:
        self.between: Between | None = None
        self.threads = threads
        self.asked: list[str] = []
        self.now = 100.0

    def turn(self) -> float:
        """Do a round, which has to be one with a limit."""
        with pytest.raises(pacing.LateError), pacing.limited(-1.0):
            pacing.breathe()
        assert pacing._end.get() < float("inf")
        self.asked.append("turn")
        return 2.0

    def launch(self) -> bool:
        """Start a thread, or not."""
        self.asked.append("launch")
        return self.threads

    def clock(self) -> float:
        """Return the time that a test set."""
        return self.now


def test_rounds_come_when_they_are_due() -> None:
    """A round is done at once and then after the pause it asked for, never in between."""
    process = Process()
    turns = Turns(process, process.clock)
    turns()
    turns()
    process.now += 1.9
    turns()
    assert process.asked == ["launch", "turn"]
    process.now += 0.2
    turns()
    assert process.asked == ["launch", "turn"] * 2


def test_rounds_end_when_a_thread_can_be_started() -> None:
    """A system may allow later what it refused at first; then nothing is left to do."""
    process = Process()
    turns = Turns(process, process.clock)
    turns()
    process.threads = True
    process.now += 3
    turns()
    process.now += 1e9
    turns()
    assert process.asked == ["launch", "turn", "launch"]


def test_rounds_of_nobody() -> None:
    """A flusher that nobody keeps is not kept by what is called between requests."""
    process = Process()
    turns = Turns(process, lambda: 0.0)
    del process
    gc.collect()
    turns()


def test_two_requests_that_end_at_once_do_one_round() -> None:
    """A round that is under way is waited for by nobody."""
    process = Process()
    turns = Turns(process, process.clock)
    with turns._busy:
        turns()
    assert process.asked == []


def test_a_fault_between_requests_harms_nobody(caplog: pytest.LogCaptureFixture) -> None:
    """It is logged, and the next try comes a minute later."""
    process = Process()
    turns = Turns(process, process.clock)

    def fail() -> bool:
        process.asked.append("fail")
        raise MemoryError

    process.launch = fail  # type: ignore[method-assign]  # breaks
    with caplog.at_level(logging.ERROR, logger="banditware"):
        turns()
    assert "a fault of banditware between two requests" in caplog.text
    process.now += 59.0
    turns()
    process.now += 2.0
    turns()
    assert process.asked == ["fail", "fail"]


def test_a_starved_thread_gets_time_for_a_round(monkeypatch: pytest.MonkeyPatch) -> None:
    """The process waits for a round that is due, once per refresh, and for no other."""
    monkeypatch.setattr(between, "LIMIT", 60.0)
    process, pace = Process(), Pace()
    waits = Waits(pace, 1.0, process.clock)
    pace.due = 101.0
    waits()
    pace.due = 99.0
    pace.ended.set()
    thread = threading.Timer(0.05, pace.ended.set)
    thread.start()
    waits()
    assert pace.ended.is_set()
    assert thread.finished.is_set()
    pace.ended.clear()
    waits()
    thread.join()


def test_a_round_that_does_not_end_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """After the limit the process goes on."""
    monkeypatch.setattr(between, "LIMIT", 0.0)
    waits = Waits(Pace(), 1.0)
    waits()
    assert not waits._pace.ended.is_set()


def test_what_is_arranged(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing where a thread runs by itself; else what makes up for it, and a mend is named."""
    caplog.set_level(logging.WARNING, logger="banditware")
    assert arranged(Process(threads=True), Pace(), 1.0) is None
    assert caplog.messages == []
    assert isinstance(arranged(Process(), Pace(), 1.0), Turns)
    assert "the right to start one more thread" in caplog.messages[0]
    host(monkeypatch)
    assert isinstance(arranged(Process(threads=True), Pace(), 1.0), Waits)
    assert "--enable-threads" in caplog.messages[1]


def test_an_old_uwsgi_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its hook is set where it is needed, does what is arranged, and outlives the flusher."""
    process = Process()
    monkeypatch.delitem(sys.modules, "uwsgi", raising=False)
    attend(process)
    uwsgi = host(monkeypatch)
    attend(process)
    uwsgi.after_req_hook()
    called = []
    process.between = lambda: called.append(True)
    uwsgi.after_req_hook()
    assert called == [True]
    del process
    gc.collect()
    uwsgi.after_req_hook()
    assert called == [True]
