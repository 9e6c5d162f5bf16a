"""`ControlStore` for `sqlite:///PATH`."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from banditware.stores.controls import MOST_CHANGES, KeptControls
from banditware.stores.sqlite_parts import Transactions

#: One row is the state; the changes stand apart, each under the version that it led to.
TABLES = (
    """CREATE TABLE controls (
        key TEXT PRIMARY KEY, version INTEGER NOT NULL, text TEXT NOT NULL
    ) WITHOUT ROWID""",
    "CREATE TABLE changes (version INTEGER PRIMARY KEY, text TEXT NOT NULL)",
)

_KEY = "all"
_STATE = "SELECT version, text FROM controls WHERE key = ?"
_NEWEST = "SELECT text FROM changes WHERE version < ? ORDER BY version DESC LIMIT ?"

#: Behind every version: the largest whole number that SQLite keeps.
_LAST = 2**63 - 1


class SQLiteControls:
    """See `ControlStore`."""

    def __init__(self, transaction: Transactions) -> None:
        """Prepare; `transaction` opens one."""
        self._transaction = transaction

    def read(self) -> KeptControls:
        """See `ControlStore.read`."""
        with self._transaction() as database:
            return _kept(database)

    def write(self, kept: KeptControls, change: str) -> bool:
        """See `ControlStore.write`."""
        with self._transaction(write=True) as database:
            if _kept(database).version + 1 != kept.version:
                return False
            database.execute("INSERT OR REPLACE INTO controls VALUES (?, ?, ?)", (_KEY, *kept))
            database.execute("INSERT INTO changes VALUES (?, ?)", (kept.version, change))
            oldest = kept.version - MOST_CHANGES
            database.execute("DELETE FROM changes WHERE version <= ?", (oldest,))
        return True

    def changes(self, limit: int, before: int | None = None) -> Sequence[str]:
        """See `ControlStore.changes`."""
        with self._transaction() as database:
            rows = database.execute(_NEWEST, (_LAST if before is None else before, limit))
            return [text for (text,) in rows.fetchall()]


def controls_version(database: sqlite3.Connection) -> int:
    """Return the version of the controls, inside of a transaction of the caller."""
    return _kept(database).version


def _kept(database: sqlite3.Connection) -> KeptControls:
    row = database.execute(_STATE, (_KEY,)).fetchone()
    return KeptControls(*row) if row else KeptControls()
