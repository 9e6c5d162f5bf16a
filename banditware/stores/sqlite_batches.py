"""How batches get into `sqlite:///PATH`.

Who writes keeps every other process from writing. So what can be done beforehand is done
beforehand, with turns of others in between, and what is left is a few statements, each for all
batches of a transaction; nobody gets a turn in the middle of it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import NamedTuple

from banditware.stores import sqlite_aside
from banditware.stores.base import DUPLICATE, Batch, cohort_of
from banditware.stores.sqlite_aside import Row
from banditware.stores.sqlite_backups import born
from banditware.stores.sqlite_inserting import Insert
from banditware.turns import spaced

#: Rows that are written in one transaction, unless a single batch has more: some 30 milliseconds.
#: A transaction waits for the disk at its end, so that many small ones take longer altogether.
ROWS = 10_000

_POSITIONS = "SELECT ledger, position FROM positions WHERE spool = ?"
#: Keeps once-keys, and says how many of them are new.
REMEMBER = Insert("INSERT OR IGNORE INTO once (ledger, cohort, id)", "(?, ?, ?)")
#: Gives ledgers another version.
CHANGE = Insert(
    "INSERT INTO ledgers (ledger, version)",
    "(?, 1)",
    "ON CONFLICT (ledger) DO UPDATE SET version = version + 1",
)
_MOVE = Insert(
    "INSERT INTO positions (spool, ledger, position)",
    "(?, ?, ?)",
    "ON CONFLICT (spool, ledger) DO UPDATE SET position = excluded.position",
)


class Ready(NamedTuple):
    """A batch as it is going to be written.

    Attributes:
        batch: the batch.
        rows: what it adds in any case, for each of `sqlite_aside.TABLES`.
        gains: pairs of what a once-key adds if it is new, and the rows of all keys that add it.
        repeated: how many of its once-keys it has a second time.
    """

    batch: Batch
    rows: tuple[list[Row], ...]
    gains: tuple[tuple[Mapping[str, float], list[tuple[str, int, str]]], ...]
    repeated: int

    def size(self) -> int:
        """Return about how many rows will be written."""
        return sum(map(len, self.rows)) + sum(len(rows) for _, rows in self.gains) + 3


def ready(batch: Batch) -> Ready:
    """Return a batch made ready; nothing is asked of the database."""
    first: dict[str, Mapping[str, float]] = {}
    for key, deltas in spaced(batch.once, 64):
        first.setdefault(key, deltas)
    # Rewards of one arm and amount add the same: what they add is counted, not summed.
    gains: dict[tuple[tuple[str, float], ...], list[tuple[str, int, str]]] = {}
    for key, deltas in spaced(first.items(), 64):
        row = (batch.ledger, cohort_of(key), key.partition(":")[2])
        gains.setdefault(tuple(deltas.items()), []).append(row)
    return Ready(
        batch,
        sqlite_aside.rows(batch.ledger, batch.deltas),
        tuple((dict(gain), rows) for gain, rows in gains.items()),
        len(batch.once) - len(first),
    )


def together(batches: Iterable[Ready]) -> Iterator[list[Ready]]:
    """Yield the batches, as many at a time as go into one transaction."""
    some: list[Ready] = []
    size = 0
    for each in batches:
        if some and size + each.size() > ROWS:
            yield some
            some, size = [], 0
        some.append(each)
        size += each.size()
    if some:
        yield some


def apply(database: sqlite3.Connection, batches: Sequence[Ready]) -> dict[str, int]:
    """Apply batches of one spool inside of a transaction of the caller; see `Store.exchange`.

    Returns:
        where the spool has got to afterwards, by ledger of the batches.
    """
    stored: dict[str, int] = dict(database.execute(_POSITIONS, (batches[0].batch.spool,)))
    fitting = [each for each in batches if stored.get(each.batch.ledger, 0) == each.batch.start]
    gained = [
        sqlite_aside.rows(each.batch.ledger, _gained(database, each))
        for each in fitting
        if each.batch.once
    ]
    for at, table in enumerate(sqlite_aside.TABLES):
        rows = chain.from_iterable(each.rows[at] for each in fitting)
        more = chain.from_iterable(each[at] for each in gained)
        sqlite_aside.add_rows(database, table, chain(rows, more))
    ledgers = [(each.batch.ledger,) for each in fitting]
    CHANGE(database, ledgers)
    born(database, ledgers)
    moved = [(each.batch.spool, each.batch.ledger, each.batch.end) for each in fitting]
    _MOVE(database, moved)
    ends = {ledger: end for _, ledger, end in moved}
    return {each.batch.ledger: stored.get(each.batch.ledger, 0) for each in batches} | ends


def _gained(database: sqlite3.Connection, ready: Ready) -> dict[str, float]:
    """Remember the once-keys of a batch; return what they add."""
    total: dict[str, float] = {}
    repeated = ready.repeated
    for gain, rows in ready.gains:
        new = REMEMBER(database, rows)
        repeated += len(rows) - new
        for field, delta in gain.items() if new else ():
            total[field] = total.get(field, 0) + delta * new
    if repeated:
        total[DUPLICATE] = total.get(DUPLICATE, 0) + repeated
    return total
