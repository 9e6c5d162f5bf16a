"""`Copying` for `sqlite:///PATH`."""

from __future__ import annotations

import contextlib
import socket
import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Protocol

from banditware.stores import sqlite_aside
from banditware.stores.parts import (
    NOTE,
    Keys,
    Part,
    Parts,
    note,
    noted_moves,
    number_of,
    taken_apart,
)
from banditware.stores.sqlite_backups import born
from banditware.stores.sqlite_batches import REMEMBER

#: Once-keys that are read or written in one step.
KEYS = 1000

_KNOWN_AS = """
SELECT version, coalesce(origin, '') FROM ledgers LEFT JOIN origins USING (ledger) WHERE ledger = ?
"""
_KNOWN = "INSERT OR IGNORE INTO ledgers (ledger, version) VALUES (?, 1)"
_CHANGED = "UPDATE ledgers SET version = version + 1 WHERE ledger = ?"
_NEXT_KEYS = """
SELECT cohort, id FROM once WHERE ledger = ? AND (cohort, id) > (?, ?) ORDER BY cohort, id LIMIT ?
"""


class Transactions(Protocol):
    """Opens a transaction on the database."""

    def __call__(
        self, *, write: bool = False
    ) -> contextlib.AbstractContextManager[sqlite3.Connection]:
        """Return it; leaving it by an error undoes it."""
        ...


class SQLiteParts:
    """See `Copying`."""

    def __init__(self, transaction: Transactions, path: Path) -> None:
        """Prepare.

        Args:
            transaction: opens a transaction.
            path: the database.
        """
        self._transaction = transaction
        self._place = number_of(f"{socket.gethostname()} {path.resolve()}")

    def parts(self, ledger: str) -> Parts:
        """See `Copying.parts`."""
        with self._transaction() as database:
            version, origin = database.execute(_KNOWN_AS, (ledger,)).fetchone() or (0, "")
            fields = sqlite_aside.read_all(database, ledger)
        return taken_apart(fields, Part(origin, self._place, version, {}))

    def merge(self, ledger: str, part: Part, expected: int) -> Mapping[str, float] | None:
        """See `Copying.merge`."""
        with self._transaction(write=True) as database:
            fields = sqlite_aside.read_all(database, ledger)
            head = f"{NOTE}{part.origin}"
            if fields.get(head, 0) != expected:
                return None
            noted = {
                name.partition("/")[2]: number
                for name, number in fields.items()
                if name.startswith(f"{head}/")
            }
            deltas = {name: number - noted.get(name, 0) for name, number in part.fields.items()}
            deltas |= {name: -number for name, number in noted.items() if name not in part.fields}
            deltas = {name: delta for name, delta in deltas.items() if delta}
            sums = {name: fields.get(name, 0) + delta for name, delta in deltas.items()}
            gone = [name for name, number in sums.items() if not number]
            notes = (f"{head}/{name}" for name in noted)
            sqlite_aside.forget(database, ledger, [head, f"{head}@", *notes, *gone])
            kept = {name: number for name, number in sums.items() if number}
            sqlite_aside.put(database, ledger, kept | note(part))
            database.execute(_KNOWN, (ledger,))
            born(database, [(ledger,)])
            if deltas:
                database.execute(_CHANGED, (ledger,))
        return deltas

    def keys(self, ledger: str) -> Iterator[Keys]:
        """See `Copying.keys`."""
        last: tuple[int, str] = (-(1 << 63), "")
        while True:
            with self._transaction() as database:
                rows = database.execute(_NEXT_KEYS, (ledger, *last, KEYS)).fetchall()
            if not rows:
                return
            last = rows[-1]
            for cohort in sorted({cohort for cohort, _ in rows}):
                yield Keys(cohort, [id_ for other, id_ in rows if other == cohort])

    def remember(self, ledger: str, keys: Keys) -> int:
        """See `Copying.remember`."""
        rows = [(ledger, keys.cohort, id_) for id_ in keys.ids]
        with self._transaction(write=True) as database:
            return REMEMBER(database, rows)


def with_notes(
    database: sqlite3.Connection, ledger: str, moves: Mapping[str, str]
) -> Mapping[str, str]:
    """Return moves of counts, and those of notes that go with them; see `Store.fold`."""
    if not moves:
        return moves
    return {**moves, **noted_moves(sqlite_aside.names_of_notes(database, ledger), moves)}
