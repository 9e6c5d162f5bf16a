"""Between a process and what the store keeps of people."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from typing import Any

import pytest

from banditware import people as people_module
from banditware.errors import StoreError
from banditware.people import Acquaintances
from banditware.stores.memory import MemoryStore
from banditware.stores.people import Offer
from tests.log.support import until

PERSON = "f" * 32


class Slow(MemoryStore):
    """A store whose people answer when they are let, or fail.

    Attributes:
        gate: set while it answers.
        fails: it raises.
        asked: how often it was.
    """

    def __init__(self) -> None:
        super().__init__()
        self.gate = threading.Event()
        self.gate.set()
        self.fails = False
        self.asked = 0

    def people(self) -> Any:
        """See `Store.people`."""
        self.asked += 1
        self.gate.wait()
        if self.fails:
            raise StoreError("memory://", "away")
        return super().people()

    def kept(self) -> Mapping[str, str]:
        """Return what is kept of the person."""
        return MemoryStore.people(self).join(Offer(PERSON, {}))


@pytest.fixture
def store() -> Slow:
    """A store that answers."""
    return Slow()


@pytest.fixture
def people(store: Slow) -> Acquaintances:
    """People of that store, at a fixed time."""
    return Acquaintances(store, "k", life=60.0, clock=lambda: 0.0)


def test_what_is_asked_is_answered(people: Acquaintances, monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer in time is returned, and remembered for a while."""
    monkeypatch.setattr(people_module, "WAIT", 60.0)
    assert people.recent(PERSON) is None
    assert people.join(PERSON, {"a@1": "x"}) == {"a@1": "x"}
    assert people.recent(PERSON) == {"a@1": "x"}
    monkeypatch.setattr(people_module, "RECENT", 0.0)
    assert people.recent(PERSON) is None


def test_a_slow_store_keeps_nobody_waiting(store: Slow, people: Acquaintances) -> None:
    """What takes longer goes on by itself and is found afterwards; only a few are on their way."""
    store.gate.clear()
    for _ in range(20):
        assert people.join(PERSON, {"a@1": "x"}) is None
    assert store.asked <= 8
    store.gate.set()
    until(lambda: people.recent(PERSON))
    assert people.recent(PERSON) == {"a@1": "x"}
    until(lambda: people._slots.acquire(blocking=False))


def test_a_store_that_fails_is_left_alone(
    store: Slow,
    people: Acquaintances,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """After a failure nobody asks for a while, and it is told once until it is back."""
    monkeypatch.setattr(people_module, "WAIT", 60.0)
    store.fails = True
    with caplog.at_level(logging.WARNING, "banditware"):
        assert people.join(PERSON, {}) is None
        assert people.join(PERSON, {}) is None
        people.later(PERSON, {"a@1": "x"}, {})
        assert store.asked == 1
        people._resume = 0.0
        assert people.join(PERSON, {}) is None
    assert store.asked == 2
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert people._breaker.failures == 2
    people._resume, store.fails = 0.0, False
    assert people.join(PERSON, {}) == {}
    assert not people._breaker.open
    people.later(PERSON, {}, {})
    until(lambda: store.kept() == {"a@1": "x"})


def test_what_waits_is_kept_when_there_is_time(store: Slow, people: Acquaintances) -> None:
    """Offers of one person that wait become one, of which the first text of a field holds."""
    store.gate.clear()
    people.later("q" * 32, {}, {})
    until(lambda: store.asked == 1)
    people.later(PERSON, {"a@1": "x"}, {})
    people.later(PERSON, {"a@1": "y", "b@1": "z"}, {})
    assert len(people._waiting) == 1
    store.gate.set()
    until(lambda: store.kept() == {"a@1": "x", "b@1": "z"})
    people.later(PERSON, {"a@1": "new"}, {"a@1": "x"})
    until(lambda: store.kept() == {"a@1": "new", "b@1": "z"})
    until(lambda: not people._draining)


def test_a_failure_keeps_what_waits(store: Slow, people: Acquaintances) -> None:
    """What could not be kept waits, and is kept at the end at the latest."""
    store.fails = True
    people.later(PERSON, {"a@1": "x"}, {})
    until(lambda: store.asked == 1 and not people._draining)
    assert people._waiting
    store.fails = False
    people.close(60.0)
    assert store.kept() == {"a@1": "x"}
    people.close(60.0)
    assert store.asked == 2


def test_closing_waits_for_what_is_on_its_way(store: Slow, people: Acquaintances) -> None:
    """What was begun before the end is ended, and then nothing is on its way to the store."""
    store.gate.clear()
    people.later(PERSON, {"a@1": "x"}, {})
    until(lambda: store.asked == 1)
    closing = threading.Thread(target=people.close, args=(60.0,))
    closing.start()
    assert closing.is_alive()
    store.gate.set()
    closing.join(60.0)
    assert store.kept() == {"a@1": "x"}
    assert not people._draining


def test_memory_is_bounded(
    store: Slow, people: Acquaintances, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of too many people those that come last are left out, and answers are forgotten."""
    monkeypatch.setattr(people_module, "MOST", 2)
    monkeypatch.setattr(people_module, "WAIT", 60.0)
    store.gate.clear()
    for number in range(5):
        people.later(str(number), {}, {})
    until(lambda: store.asked == 1)
    assert len(people._waiting) <= 2
    store.gate.set()
    until(lambda: not people._draining)
    for number in range(5):
        people.join(str(number), {})
        assert len(people._answers) <= 2


def test_where_no_thread_can_be_started(
    store: Slow, people: Acquaintances, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without threads a login asks at once, and what waits is kept in the end."""

    def none(self: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", none)
    people.later(PERSON, {"b@1": "y"}, {})
    assert not people._draining
    assert people.join(PERSON, {"a@1": "x"}) == {"a@1": "x"}
    people.close(1.0)
    assert store.kept() == {"a@1": "x", "b@1": "y"}


def test_a_child_begins_anew(store: Slow, people: Acquaintances) -> None:
    """What waits in the parent is the parent's: a child has no thread to carry it."""
    store.gate.clear()
    people.later("q", {}, {})
    people.later(PERSON, {"a@1": "x"}, {})
    people.after_fork(child=False)
    assert people._waiting
    people.after_fork(child=True)
    assert (people._waiting, people._draining) == ({}, False)
    store.gate.set()
