"""What `sqlite:///PATH` does for backups, each function inside of a transaction of its caller."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Iterable, Mapping

from banditware.stores import sqlite_aside
from banditware.stores.base import LEAP, NAME, TRAIL, Backup, Mark, Verdict, contains, judge
from banditware.stores.sqlite_inserting import Insert

#: Tables that have rows of a ledger.
_TABLES = ("counts", "asides", "positions", "once", "ledgers", "origins")

_MARKS = """
SELECT ledger, coalesce(origin, ''), coalesce(number, 0), version, coalesce(trail, '')
FROM ledgers LEFT JOIN origins USING (ledger)
"""
_BORN = Insert("INSERT OR IGNORE INTO origins", "(?, lower(hex(randomblob(8))), 0, '')")
_REACHED = Insert("INSERT INTO positions", "(?, ?, ?)")

_NUMBERED = """
UPDATE origins SET number = number + 1, trail = substr(trail || ?, ?) WHERE ledger = ?
"""


def born(database: sqlite3.Connection, ledgers: Iterable[tuple[str]]) -> None:
    """Give each of these ledgers its origin, unless it has one."""
    _BORN(database, ledgers)


def marks(database: sqlite3.Connection) -> Mapping[str, Mark]:
    """See `Store.marks`."""
    return {ledger: Mark(*rest) for ledger, *rest in database.execute(_MARKS)}


def back_up(database: sqlite3.Connection, ledger: str, kept: Mark) -> Backup | None:
    """See `Store.back_up`."""
    stored = marks(database).get(ledger)
    if stored is None or not contains(stored, kept):
        return None
    born(database, [(ledger,)])
    database.execute(_NUMBERED, (secrets.token_hex(NAME // 2), -TRAIL, ledger))
    fields = sqlite_aside.read_all(database, ledger)
    spools = database.execute("SELECT spool, position FROM positions WHERE ledger = ?", (ledger,))
    return Backup(ledger, marks(database)[ledger], fields, dict(spools.fetchall()))


def restore(database: sqlite3.Connection, backup: Backup, floor: Mark) -> Verdict:
    """See `Store.restore`."""
    ledger, (origin, number, version, trail), fields, positions = backup
    stored = marks(database).get(ledger)
    verdict = judge(stored, backup.mark, floor)
    if verdict is not Verdict.RESTORED:
        return verdict
    for table in _TABLES:
        database.execute(f"DELETE FROM {table} WHERE ledger = ?", (ledger,))  # noqa: S608  # ours
    version = max(version, stored.version if stored else 0) + LEAP
    database.execute("INSERT INTO ledgers VALUES (?, ?)", (ledger, version))
    database.execute("INSERT INTO origins VALUES (?, ?, ?, ?)", (ledger, origin, number, trail))
    sqlite_aside.put(database, ledger, fields)
    spools = ((spool, ledger, position) for spool, position in positions.items())
    _REACHED(database, spools)
    return verdict
