from __future__ import annotations

import pytest

from banditware import turns
from banditware.stores import Batch
from banditware.stores.memory import MemoryStore

BATCH = Batch("a@1", "p", 0, 10, {"n/x/0": 1})


def test_a_fork_finds_nothing_half_done() -> None:
    """The lock is held while a process forks, and free afterwards in parent and child."""
    store = MemoryStore()
    for child in (False, True):
        store.before_fork()
        assert store._lock.locked()
        store.after_fork(child=child)
        assert not store._lock.locked()
    assert store.exchange([BATCH], {}).positions == {"a@1": 10}


def test_a_fork_does_not_wait_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fork goes on if the lock cannot be had, and the lock stays its holder's."""
    monkeypatch.setattr("banditware.forks.PATIENCE", 0.001)
    store = MemoryStore()
    with store._lock:
        store.before_fork()
        store.after_fork(child=False)
        assert store._lock.locked()


def test_others_get_their_turn_where_the_counts_are_free() -> None:
    """No lock is held while others have their turn, in the middle of applying and of reading."""
    store = MemoryStore()
    batches = [BATCH._replace(ledger=f"e{number}@1") for number in range(100)]
    locked: list[bool] = []
    with turns.given(lambda: locked.append(store._lock.locked())):
        store.exchange(batches, {each.ledger: 0 for each in batches})
    assert len(locked) > 10
    assert not any(locked)
