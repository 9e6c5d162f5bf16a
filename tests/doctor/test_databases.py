from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

import pytest

from banditware.doctor.databases import RULES, gather
from banditware.doctor.findings import Finding, judged
from banditware.stores import open_store

AFFECTED, MENDED = (3, 40, 1), (3, 51, 3)


def found(path: Path, version: tuple[int, ...] = MENDED) -> dict[str, Finding]:
    return {finding.check: finding for finding in judged(RULES, gather(path, version))}


def levels(path: Path, version: tuple[int, ...] = MENDED) -> dict[str, str]:
    return {check: finding.level.value for check, finding in found(path, version).items()}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    open_store("sqlite:///x.db", tmp_path).check()
    return tmp_path / "x.db"


def test_a_database_that_is_well(path: Path) -> None:
    """A rollback journal is fine with every version."""
    for version in (AFFECTED, MENDED):
        assert levels(path, version) == dict.fromkeys(("database", "sqlite", "integrity"), "fine")
    assert found(path)["sqlite"].what == "SQLite 3.51.3, journal delete"


def test_a_write_ahead_log(path: Path) -> None:
    """A write-ahead log is a warning where SQLite may lose its pages, and only there."""
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA journal_mode = WAL")
        assert levels(path, AFFECTED)["sqlite"] == "warning"
        assert levels(path, MENDED)["sqlite"] == "fine"


def test_a_database_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database that is still to come is good to know, and is not made."""
    path = tmp_path / "x.db"
    assert levels(path)["database"] == "note"
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setattr("os.access", lambda *_: False)
    assert levels(path)["database"] == "danger"


def test_a_database_that_is_damaged(path: Path) -> None:
    """Pages that were overwritten are found."""
    with contextlib.closing(sqlite3.connect(path)) as database:
        rows = ((f"l{number}", f"n/x/{number}", number) for number in range(2000))
        database.executemany("INSERT INTO counts VALUES (?, ?, ?)", rows)
        database.commit()
    content = bytearray(path.read_bytes())
    middle = len(content) // 2 // 4096 * 4096
    content[middle : middle + 8192] = bytes(8192)
    path.write_bytes(content)
    finding = found(path)["integrity"]
    assert finding.level.value == "danger"


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    """What SQLite cannot read is said."""
    path = tmp_path / "x.db"
    path.write_bytes(b"something else entirely, and longer than a header" * 99)
    finding = found(path)["sqlite"]
    assert finding.what == "could not be read: file is not a database"
