"""A store that is away for a while, seen from one process."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from banditware.errors import StoreError
from banditware.flusher import Flusher, Settings
from banditware.stores import open_store, sqlite
from tests.recording import LEDGER, Shown, fields, pull


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(sqlite, "BUSY", 0.01)
    return tmp_path


@pytest.fixture
def flusher(folder: Path) -> Iterator[Flusher]:
    store = open_store("sqlite:///counts.db", folder)
    settings = Settings(store.folder, refresh=3600.0)
    flusher = Flusher(store, settings, ledgers=lambda: {LEDGER: 1e9}, publish=Shown())
    flusher._started = True
    yield flusher
    flusher.close()


def test_records_wait_for_a_locked_database(flusher: Flusher, folder: Path) -> None:
    """While another process has the database locked, records wait; then they are applied once."""
    flusher.record(pull())
    flusher.flush()
    with closing(sqlite3.connect(folder / "counts.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        for _ in range(5):
            flusher.record(pull())
            flusher.turn()
        other.execute("ROLLBACK")
    health = flusher.health()
    assert health.flush_errors == 5
    assert "locked" in health.last_error
    assert health.backlog_bytes > 0
    flusher.turn()
    assert fields(open_store("sqlite:///counts.db", folder)) == {"n/x/0": 6}
    assert flusher.health().backlog_bytes == 0


@pytest.mark.parametrize("rubbish", [b"not a database at all" * 500, b"SQLite format 3\x00" * 500])
def test_records_wait_for_a_database_to_be_mended(
    flusher: Flusher, folder: Path, rubbish: bytes
) -> None:
    """A database that turns into rubbish is never overwritten, and nothing is lost meanwhile."""
    flusher.record(pull())
    flusher.flush()
    good = (folder / "counts.db").read_bytes()
    (folder / "counts.db").write_bytes(rubbish)
    flusher.record(pull())
    with pytest.raises(StoreError):
        flusher.flush()
    assert (folder / "counts.db").read_bytes() == rubbish
    (folder / "counts.db").write_bytes(good)
    flusher.flush()
    assert fields(open_store("sqlite:///counts.db", folder)) == {"n/x/0": 2}


def test_a_folder_that_disappears_is_outlived(flusher: Flusher, folder: Path) -> None:
    """The database and all spools are deleted: what this process still has is counted again."""
    flusher.record(pull())
    flusher.flush()
    (folder / "counts.db").unlink()
    (spool,) = (folder / "counts.db.spool").glob("*.spool")
    spool.unlink()
    flusher.record(pull())
    flusher.turn()
    flusher.turn()
    flusher.record(pull())
    flusher.turn()
    assert fields(open_store("sqlite:///counts.db", folder)) == {"n/x/0": 3}
    assert not spool.exists()
