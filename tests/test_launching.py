from __future__ import annotations

import threading
import weakref

import pytest

from banditware.launching import Pace, Turning, keep_turning, launch


class Turner:
    """Something that turns, and stops itself after so many rounds."""

    def __init__(self, rounds: int, stop: threading.Event) -> None:
        self.done: list[str] = []
        self._rounds = rounds
        self._stop = stop

    def turn(self) -> float:
        """Do a round."""
        self.done.append("round")
        if len(self.done) == self._rounds:
            self._stop.set()
        return 0.0

    def finish(self) -> None:
        """Do the last round."""
        self.done.append("last")


def test_turns_until_told_to_stop() -> None:
    """Rounds follow each other, others see it, and a last one comes in the end."""
    stop, pace = threading.Event(), Pace()
    turner = Turner(3, stop)
    reference: weakref.ref[Turning] = weakref.ref(turner)
    keep_turning(reference, stop, pace)
    assert turner.done == ["round", "round", "round", "last"]
    assert pace.due > 0
    assert pace.ended.is_set()


class Dozer(Turner):
    """Something whose rounds are followed by long pauses."""

    def turn(self) -> float:
        """Do a round."""
        self.done.append("round")
        if self.done.count("round") == self._rounds:
            self._stop.set()
        return 0.003

    def idle(self) -> None:
        """Note it."""
        self.done.append("idle")


def test_long_pauses_are_not_slept_through() -> None:
    """A pause of three usual ones is interrupted twice, and the next round is as late as ever."""
    stop, pace = threading.Event(), Pace()
    dozer = Dozer(3, stop)
    reference: weakref.ref[Dozer] = weakref.ref(dozer)
    keep_turning(reference, stop, pace, Dozer.idle, 0.00125)
    assert dozer.done == ["round", "idle", "idle", "round", "idle", "idle", "round", "last"]


def test_turns_for_nobody_end() -> None:
    """When nobody keeps what turns, the thread ends, whether it was told to or not."""
    stop, pace = threading.Event(), Pace()
    gone: weakref.ref[Turning] = weakref.ref(Turner(1, stop))
    keep_turning(gone, stop, pace)
    stop.set()
    keep_turning(gone, stop, pace)
    assert not pace.ended.is_set()


def test_a_thread_that_cannot_start_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """Systems limit the number of threads; who asks has to do without."""

    def refuse(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    ran = launch(threading.Event().set)
    assert ran is not None
    ran.join()
    monkeypatch.setattr(threading.Thread, "start", refuse)
    assert launch(threading.Event().set) is None
