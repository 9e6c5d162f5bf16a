"""Counts that are current where nobody may wait long for the store."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from banditware import Bandit
from banditware.errors import StoreError
from banditware.freshness import Freshness, Latest
from banditware.stores.memory import MemoryStore
from tests.support import NOON, Watch, configured, put


class Slow(MemoryStore):
    """A store that can be held up, and counts how often it was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0
        self.going = threading.Event()
        self.going.set()
        self.error: Exception | None = None

    def exchange(self, *given: Any) -> Any:
        """Exchange, once it may."""
        self.asked += 1
        assert self.going.wait(60)
        if self.error is not None:
            raise self.error
        return super().exchange(*given)


def opened(store: Slow, watch: Watch) -> Bandit:
    """Return a bandit whose thread does not run: it has not served anybody."""
    return Bandit(configured(refresh="10s"), store=store, clock=watch)


def pulls(bandit: Bandit, patience: float = 60) -> int:
    """Return the pulls that a reader sees who may not wait longer than that."""
    return bandit.current(patience).experiments["button"].pulls


def test_the_store_is_asked_when_counts_are_old() -> None:
    """What others count is seen after a refresh at the latest, and until then nobody asks."""
    store, watch = Slow(), Watch()
    with opened(store, watch) as bandit:
        put(store, {"n/red/0": 3})
        assert pulls(bandit) == 0
        watch.now += 10
        assert pulls(bandit) == 0
        watch.now += 1
        asked = store.asked
        assert pulls(bandit) == 3
        assert pulls(bandit) == 3
        assert store.asked == asked + 1


def test_what_was_recorded_here_is_counted() -> None:
    """A process that was not current carries its own records to the store, too."""
    store, watch = Slow(), Watch()
    with opened(store, watch) as bandit:
        bandit._flusher._outbox.open()
        bandit._flusher._started = True
        bandit._running = True
        bandit.decide("button")
        watch.now += 11
        assert pulls(bandit) == 1


def test_a_store_that_hangs_is_not_waited_for() -> None:
    """Readers get the last counts when their patience ends, and share one question."""
    store, watch = Slow(), Watch()
    with opened(store, watch) as bandit:
        put(store, {"n/red/0": 3})
        watch.now += 11
        store.going.clear()
        asked = store.asked
        assert [pulls(bandit, 0.001) for _ in range(5)] == [0] * 5
        store.going.set()
        assert pulls(bandit) == 3
        assert store.asked == asked + 1


def test_a_reader_who_cannot_ask_waits_no_longer() -> None:
    """Somebody else who is about to ask holds nobody up for longer than their patience."""
    store, watch = Slow(), Watch()
    with opened(store, watch) as bandit:
        watch.now += 11
        with bandit._freshness._asking._lock:
            assert pulls(bandit, 0.001) == 0


def test_a_store_that_is_away_is_left_to_the_flusher() -> None:
    """After a failure only the flusher tries again, at its own pace; readers see what there is."""
    store, watch = Slow(), Watch()
    with opened(store, watch) as bandit:
        watch.now += 11
        store.error = StoreError("memory://", "away")
        assert [pulls(bandit), pulls(bandit)] == [0, 0]
        assert bandit.health().flush_errors == 1
        assert bandit.health().faults == 0
        store.error = None


def test_a_fault_of_ours_is_told() -> None:
    """Whatever else goes wrong is counted and kept from the reader."""
    store, watch = Slow(), Watch()
    with opened(store, watch) as bandit:
        watch.now += 11
        store.error = ArithmeticError("ours")
        assert pulls(bandit) == 0
        assert bandit.health().faults == 1
        store.error = None


def test_where_no_thread_can_be_started(monkeypatch: pytest.MonkeyPatch) -> None:
    """Counts come between requests there, and readers get the last ones at once."""
    store, watch = Slow(), Watch(NOON)
    with opened(store, watch) as bandit:
        watch.now += 11
        monkeypatch.setattr("banditware.freshness.launch", lambda *given: None)
        fresh = Freshness(bandit._flusher, 10.0, bandit.hidden)
        asked = store.asked
        fresh(60)
        assert store.asked == asked


def test_what_was_said_last() -> None:
    """It is asked for when it is old, and goes on where nothing is said, or not in time."""
    watch, going = Watch(), threading.Event()
    said = ["one"]

    def ask() -> str:
        assert going.wait(60)
        return said.pop()

    latest = Latest(ask, "nothing", every=10.0, clock=watch)
    assert latest(0.001) == "nothing"
    going.set()
    assert latest(60) == "one"
    said.append("two")
    watch.now += 9
    assert latest(60) == "one"
    watch.now += 1
    assert latest(60) == "two"
    watch.now += 10
    assert latest(60) == "two"
    said.append("three")
    assert latest(60) == "three"
