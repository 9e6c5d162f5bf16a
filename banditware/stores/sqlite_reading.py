"""What a refresh reads of `sqlite:///PATH`, some ledgers at a time.

Who reads keeps others from committing, so turns of others are between the transactions here.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from banditware.control import CONTROLS
from banditware.stores.base import Counts
from banditware.stores.parts import NOTE
from banditware.stores.sqlite_controls import controls_version
from banditware.turns import spaced

#: Ledgers that are read in one transaction: a millisecond or two.
LEDGERS = 64

#: A ledger, a field and a number, as they are read.
_Found = tuple[str, str, float]


@contextlib.contextmanager
def transaction(database: sqlite3.Connection, *, write: bool = False) -> Iterator[None]:
    """Work in a transaction; leaving by an error leaves it open, for whoever closes `database`."""
    database.execute("BEGIN IMMEDIATE" if write else "BEGIN")
    yield
    database.execute("COMMIT")


def versions(database: sqlite3.Connection) -> dict[str, int]:
    """Return the version of every ledger."""
    return dict(database.execute("SELECT ledger, version FROM ledgers").fetchall())


def changed(database: sqlite3.Connection, known: Mapping[str, int]) -> dict[str, Counts]:
    """Return the counts of the ledgers whose version is not the known one."""
    with transaction(database):
        now = versions(database)
        if CONTROLS in known:
            now[CONTROLS] = controls_version(database)
    names = [ledger for ledger, version in known.items() if now.get(ledger, 0) != version]
    found: dict[str, Counts] = {}
    for first in spaced(range(0, len(names), LEDGERS)):
        some = names[first : first + LEDGERS]
        with transaction(database):
            now |= _versions(database, some)
            rows = _rows(database, some)
        fields: dict[str, dict[str, float]] = {ledger: {} for ledger in some}
        for ledger, field, number in spaced(rows, 512):
            fields[ledger][field] = number
        for ledger in some:
            found[ledger] = Counts(now.get(ledger, 0), MappingProxyType(fields[ledger]))
    return found


def _versions(database: sqlite3.Connection, ledgers: Sequence[str]) -> dict[str, int]:
    """Return the version of these ledgers: they may have gone on since all were looked at."""
    marks = ", ".join("?" * len(ledgers))
    query = f"SELECT ledger, version FROM ledgers WHERE ledger IN ({marks})"  # noqa: S608  # ours
    return dict(database.execute(query, ledgers).fetchall())


def _rows(database: sqlite3.Connection, ledgers: Sequence[str]) -> list[_Found]:
    marks = ", ".join("?" * len(ledgers))
    query = f"SELECT ledger, field, number FROM counts WHERE ledger IN ({marks}) AND field < ?"  # noqa: S608  # ours
    return database.execute(query, (*ledgers, NOTE)).fetchall()
