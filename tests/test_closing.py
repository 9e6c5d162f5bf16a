"""A process ends after a second at most, however much is left to flush: the next one does it."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Any

import pytest

from banditware.flusher import Flusher, Settings
from banditware.stores import open_store, sqlite, sqlite_batches
from tests.recording import Shown, fields, pull, reward

#: More experiments than go into one transaction, by far.
LEDGERS = [f"e{number}@1" for number in range(500)]

#: Seconds that a test waits for what has to happen.
PATIENCE = 60.0


def process(folder: Path) -> Flusher:
    """Return what a process records with."""
    store = open_store("sqlite:///counts.db", folder)
    ledgers = dict.fromkeys(LEDGERS, 1e10)
    return Flusher(store, Settings(store.folder), ledgers=lambda: ledgers, publish=Shown())


def end_in_the_middle(folder: Path, writes: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Record, close, and end before the last flush does: within its transaction after so many."""
    stuck, never, left = threading.Event(), threading.Event(), [None] * writes

    def apply(*given: Any) -> dict[str, int]:
        positions = sqlite_batches.apply(*given)
        if not left:
            stuck.set()
            never.wait()
        left.pop()
        return positions

    monkeypatch.setattr(sqlite_batches, "ROWS", 500)
    monkeypatch.setattr(sqlite, "apply", apply)
    flusher = process(folder)
    flusher._outbox.open()
    for ledger in LEDGERS:
        flusher._outbox.spool.append(pull(ledger=ledger), reward(f"5:{ledger}:g", ledger))
    flusher.start()
    assert stuck.wait(PATIENCE)
    flusher.close(timeout=0.01)


@pytest.mark.parametrize("writes", [0, 1, 4])
def test_what_a_process_leaves_behind_is_counted_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, writes: int
) -> None:
    """Whatever of its last flush was done when it ended, the next process does the rest."""
    child = os.fork()
    if not child:
        code = 1
        try:
            end_in_the_middle(tmp_path, writes, monkeypatch)
            code = 0
        finally:
            os._exit(code)
    assert os.waitpid(child, 0)[1] == 0
    store = open_store("sqlite:///counts.db", tmp_path)
    done = store.ledgers()
    assert bool(done) == bool(writes)
    assert len(done) < len(LEDGERS)
    following = process(tmp_path)
    following._started = True
    following.turn()
    for ledger in LEDGERS:
        assert fields(store, ledger) == {"n/x/0": 1, "k/x/0/g": 1}
    assert {*store.ledgers().values()} == {1}
    following.close(timeout=PATIENCE)
