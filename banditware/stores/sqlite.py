"""`sqlite:///PATH`: counts for the processes of one machine, in one file on a local disk.

Every operation opens a connection of its own and closes it: it costs a fifth of a millisecond a
second, and nothing is left that a forked child could close in its parent's stead.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from banditware.errors import StoreError
from banditware.hosting import cooperative
from banditware.stores import sqlite_aside, sqlite_backups
from banditware.stores.base import Backup, Batch, Exchange, Mark, Verdict
from banditware.stores.parts import Copying
from banditware.stores.schema import prepare
from banditware.stores.sqlite_batches import CHANGE, apply, ready, together
from banditware.stores.sqlite_controls import SQLiteControls
from banditware.stores.sqlite_parts import SQLiteParts, with_notes
from banditware.stores.sqlite_people import SQLitePeople
from banditware.stores.sqlite_reading import changed, transaction, versions
from banditware.turns import spaced

#: Seconds to wait for other processes; their transactions take milliseconds.
BUSY = 5.0

#: The same where waiting for a lock keeps all requests of a process waiting.
BUSY_GREEN = 0.25

#: What SQLite says, and what to do about it.
_MENDS = {
    "file is not a database": "this file is not a SQLite database; choose another path",
    "malformed": "the database is damaged; restore a copy, or move it away to begin anew",
    "locked": "another process keeps the database locked",
    "readonly": "the database, or the folder it is in, cannot be written by this process",
    "full": "the disk is full",
    "unable to open": "the database cannot be opened; is its folder writable by this process?",
}


class SQLiteStore:
    """Counts in one SQLite database. See `Store`.

    Attributes:
        url: the address as it was given.
        shared: True.
        folder: where spools are kept, beside the database.
        path: the database.
    """

    shared = True

    def __init__(self, url: str, path: Path) -> None:
        self.url = url
        self.path = path
        self.folder: Path | None = path.with_name(f"{path.name}.spool")

    def check(self) -> None:
        """See `Store.check`; only a write shows whether the database can be written."""
        with self._transaction(write=True) as database:
            database.execute("UPDATE banditware SET value = value")

    def exchange(self, batches: Sequence[Batch], known: Mapping[str, int]) -> Exchange:
        """See `Store.exchange`; turns of others are where no transaction is open."""
        prepared = deque(ready(batch) for batch in spaced(batches))
        # Given up one by one: to free thousands of them at once takes milliseconds.
        left = (prepared.popleft() for _ in range(len(prepared)))
        positions: dict[str, int] = {}
        with self._connection() as database:
            for some in spaced(together(left)):
                with transaction(database, write=True):
                    positions |= apply(database, some)
            return Exchange(positions, changed(database, known))

    def aside(self, ledger: str) -> Mapping[str, float]:
        """See `Store.aside`."""
        with self._transaction() as database:
            return sqlite_aside.read(database, ledger)

    def positions(self, spool: str) -> Mapping[str, int]:
        """See `Store.positions`."""
        with self._transaction() as database:
            query = "SELECT ledger, position FROM positions WHERE spool = ?"
            return dict(database.execute(query, (spool,)).fetchall())

    def release(self, spool: str) -> None:
        """See `Store.release`: nothing can be on its way, as a dead process sends nothing."""
        with self._transaction(write=True) as database:
            database.execute("DELETE FROM positions WHERE spool = ?", (spool,))

    def fold(self, ledger: str, moves: Mapping[str, str], expire: int | None) -> None:
        """See `Store.fold`."""
        with self._transaction(write=True) as database:
            all_ = with_notes(database, ledger, moves)
            moved = [sqlite_aside.move(database, ledger, field, all_[field]) for field in all_]
            if any(moved):
                CHANGE(database, [(ledger,)])
            if expire is not None:
                query = "DELETE FROM once WHERE ledger = ? AND cohort < ?"
                database.execute(query, (ledger, expire))

    def ledgers(self) -> Mapping[str, int]:
        """See `Store.ledgers`."""
        with self._transaction() as database:
            return versions(database)

    def marks(self) -> Mapping[str, Mark]:
        """See `Store.marks`."""
        with self._transaction() as database:
            return sqlite_backups.marks(database)

    def back_up(self, ledger: str, kept: Mark) -> Backup | None:
        """See `Store.back_up`; all machines that see the file see the same folder of backups."""
        with self._transaction(write=True) as database:
            return sqlite_backups.back_up(database, ledger, kept)

    def restore(self, backup: Backup, floor: Mark) -> Verdict:
        """See `Store.restore`."""
        with self._transaction(write=True) as database:
            return sqlite_backups.restore(database, backup, floor)

    def people(self) -> SQLitePeople:
        """See `Store.people`."""
        return SQLitePeople(self._transaction)

    def controls(self) -> SQLiteControls:
        """See `Store.controls`."""
        return SQLiteControls(self._transaction)

    def copying(self) -> Copying:
        """See `Store.copying`."""
        return SQLiteParts(self._transaction, self.path)

    def close(self) -> None:
        """See `Store.close`: no connection outlives its operation."""

    @contextlib.contextmanager
    def _transaction(self, *, write: bool = False) -> Iterator[sqlite3.Connection]:
        """Open a transaction on a database that is ours; leaving by an error undoes it."""
        with self._connection() as database, transaction(database, write=write):
            yield database

    @contextlib.contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        """Open a database that is ours; leaving by an error undoes what is not committed."""
        try:
            with contextlib.closing(self._connect()) as database:
                prepare(database)
                yield database
        except (sqlite3.Error, ValueError) as error:
            message, passing = self._explain(str(error)), "locked" in str(error)
            raise StoreError(self.url, message, passing=passing) from error

    def _connect(self) -> sqlite3.Connection:
        busy = BUSY_GREEN if cooperative() else BUSY
        return sqlite3.connect(self.path, timeout=busy, isolation_level=None)

    def _explain(self, message: str) -> str:
        if not self.path.parent.is_dir():
            return f"the folder {self.path.parent} does not exist; make it, or change the path"
        if self.path.is_dir():
            return f"{self.path} is a folder; name a file in it"
        return next((mend for key, mend in _MENDS.items() if key in message), message)
