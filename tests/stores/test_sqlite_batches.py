"""Batches go in and counts come out in short transactions, in which nobody rests."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from banditware import turns
from banditware.stores import Batch, sqlite, sqlite_batches, sqlite_reading
from banditware.stores.sqlite import SQLiteStore


@pytest.fixture
def store(tmp_path: Path) -> SQLiteStore:
    return SQLiteStore("sqlite:///x.db", tmp_path / "x.db")


@pytest.fixture
def many(monkeypatch: pytest.MonkeyPatch) -> list[Batch]:
    """More batches than go into a transaction, and more ledgers than are read in one."""
    monkeypatch.setattr(sqlite_batches, "ROWS", 50)
    monkeypatch.setattr(sqlite_reading, "LEDGERS", 4)
    once = (("5:a:g", {"k/x/5/g": 1}), ("5:b:g", {"k/x/5/g": 1}))
    return [Batch(f"e{number}@1", "p", 0, 10, {"n/x/5": 2}, once) for number in range(30)]


def test_others_get_their_turn_where_they_can_write(store: SQLiteStore, many: list[Batch]) -> None:
    """Nobody rests in a transaction: whenever others have their turn, any of them can write."""
    store.check()
    turned = []

    def write() -> None:
        with closing(sqlite3.connect(store.path, timeout=0.0, isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            turned.append(other.execute("UPDATE banditware SET value = value").rowcount)
            other.execute("COMMIT")

    with turns.given(write):
        answer = store.exchange(many, {each.ledger: 0 for each in many})
    assert len(turned) > 60
    assert all(counts.fields == {"n/x/5": 2, "k/x/5/g": 2} for counts in answer.counts.values())
    assert answer.positions == dict.fromkeys(answer.counts, 10)


@pytest.mark.parametrize("writes", range(1, 4))
def test_what_ends_between_two_transactions_goes_on_there(
    store: SQLiteStore, many: list[Batch], monkeypatch: pytest.MonkeyPatch, writes: int
) -> None:
    """A process that ends after some of its transactions loses nothing and doubles nothing."""
    left = [None] * writes

    def begin(*given: Any) -> dict[str, int]:
        left.pop()  # the process ends here, in the middle of a transaction
        return sqlite_batches.apply(*given)

    with monkeypatch.context() as patch:
        patch.setattr(sqlite, "apply", begin)
        with pytest.raises(IndexError):
            store.exchange(many, {})
    done = store.positions("p")
    assert 0 < len(done) < len(many)
    answer = store.exchange(many, {each.ledger: 0 for each in many})
    assert {*answer.positions.values()} == {10}
    assert {*store.ledgers().values()} == {1}
    assert all(counts.fields == {"n/x/5": 2, "k/x/5/g": 2} for counts in answer.counts.values())


def test_what_changes_between_two_transactions_is_read_as_it_is(
    store: SQLiteStore, many: list[Batch]
) -> None:
    """Counts that are newer than the list of versions come with the version that they have."""
    store.exchange(many, {})
    last, ends = many[-1].ledger, iter(range(10, 1_000, 10))

    def change() -> None:
        end = next(ends)
        batch = Batch(last, "q", end - 10, end, {"n/x/5": 2})
        with turns.given(lambda: None):
            SQLiteStore(store.url, store.path).exchange([batch], {})

    with turns.given(change):
        found = dict(store.exchange((), {each.ledger: 0 for each in many}).counts)
    changed = found.pop(last)
    assert changed.fields["n/x/5"] == 2 * changed.version > 4
    assert {counts.version for counts in found.values()} == {1}


def test_a_batch_that_makes_no_sense_is_refused_before_anything_is_written(
    store: SQLiteStore, many: list[Batch]
) -> None:
    """A once-key without its time is a mistake of ours, not the store's: nothing is applied."""
    store.check()
    wrong = many[-1]._replace(once=(("key", {"k/x/5/g": 1}),))
    with pytest.raises(ValueError, match="not found"):
        store.exchange([*many[:-1], wrong], {})
    assert store.positions("p") == {}
