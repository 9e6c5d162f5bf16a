"""The tables of `sqlite:///PATH`, and what is done before they are touched."""

from __future__ import annotations

import sqlite3

from banditware.stores.sqlite_controls import TABLES as CONTROLS
from banditware.stores.sqlite_people import TABLES as PEOPLE

#: Raised when tables change so that an older banditware must not touch them.
SCHEMA = 1

_MENDED = (3, 51, 3)
_BACKPORTS = ((3, 44, 6), (3, 50, 7))

_TABLES = (
    "CREATE TABLE banditware (key TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID",
    "CREATE TABLE ledgers (ledger TEXT PRIMARY KEY, version INTEGER NOT NULL) WITHOUT ROWID",
    # Beside `ledgers`: who reads counts need not know of backups.
    """CREATE TABLE origins (
        ledger TEXT PRIMARY KEY, origin TEXT NOT NULL, number INTEGER NOT NULL, trail TEXT NOT NULL
    ) WITHOUT ROWID""",
    # A column without a type keeps whole numbers whole and exact.
    """CREATE TABLE counts (
        ledger TEXT NOT NULL, field TEXT NOT NULL, number NOT NULL, PRIMARY KEY (ledger, field)
    ) WITHOUT ROWID""",
    # Beside `counts`: who reads counts must not come by what is kept aside of them.
    """CREATE TABLE asides (
        ledger TEXT NOT NULL, field TEXT NOT NULL, number NOT NULL, PRIMARY KEY (ledger, field)
    ) WITHOUT ROWID""",
    """CREATE TABLE positions (
        spool TEXT NOT NULL, ledger TEXT NOT NULL, position INTEGER NOT NULL,
        PRIMARY KEY (spool, ledger)
    ) WITHOUT ROWID""",
    """CREATE TABLE once (
        ledger TEXT NOT NULL, cohort INTEGER NOT NULL, id TEXT NOT NULL,
        PRIMARY KEY (ledger, cohort, id)
    ) WITHOUT ROWID""",
    *PEOPLE,
    *CONTROLS,
)


def prepare(database: sqlite3.Connection) -> None:
    """Make a connection safe to use and its database ready.

    Raises:
        ValueError: the database is somebody else's, or was written by a newer banditware.
        sqlite3.Error: it cannot be read or written.
    """
    (journal,) = database.execute("PRAGMA journal_mode").fetchone()
    if journal == "wal" and wal_loses_pages(sqlite3.sqlite_version_info):
        database.execute("PRAGMA journal_mode = DELETE")
    database.execute("PRAGMA synchronous = FULL")
    if not _ready(database):
        # Only one process at a time gets here, and the others look again.
        database.execute("BEGIN IMMEDIATE")
        if not _ready(database):
            for each in _TABLES:
                kind = " ".join(each.split(maxsplit=2)[:2])  # CREATE TABLE or CREATE INDEX
                database.execute(each.replace(kind, f"{kind} IF NOT EXISTS", 1))
            database.execute("INSERT OR IGNORE INTO banditware VALUES ('schema', ?)", (SCHEMA,))
        database.execute("COMMIT")


def _ready(database: sqlite3.Connection) -> bool:
    """Return True if the tables are there, False if all or the youngest of them are missing."""
    query = "SELECT name FROM sqlite_master WHERE type = 'table'"
    names = {name for (name,) in database.execute(query)}
    if not names:
        return False
    if "banditware" not in names:
        raise ValueError("this database belongs to something else; choose another path")
    row = database.execute("SELECT value FROM banditware WHERE key = 'schema'").fetchone()
    if row is None or not isinstance(row[0], int) or row[0] > SCHEMA:
        raise ValueError("this database was written by a newer banditware; upgrade this one")
    return names >= {"origins", "people", "asides", "changes"}


def wal_loses_pages(version: tuple[int, ...]) -> bool:
    """Return True if a write-ahead log may corrupt the database under several writers.

    The fault is in SQLite 3.7.0 to 3.51.2 and was mended in 3.51.3, 3.50.7 and 3.44.6
    (https://sqlite.org/wal.html, "The WAL-reset bug").
    """
    backport = next((mended for mended in _BACKPORTS if mended[:2] == version[:2]), _MENDED)
    return (3, 7, 0) <= version < backport
