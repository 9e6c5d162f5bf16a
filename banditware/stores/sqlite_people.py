"""`PeopleStore` for `sqlite:///PATH`."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

from banditware.stores.people import Offer, joined
from banditware.stores.sqlite_parts import Transactions

TABLES = (
    """CREATE TABLE people (
        person TEXT NOT NULL, field TEXT NOT NULL, text TEXT NOT NULL, until REAL NOT NULL,
        PRIMARY KEY (person, field)
    ) WITHOUT ROWID""",
    "CREATE INDEX people_until ON people (until)",
)

_KEPT = "SELECT field, text FROM people WHERE person = ?"
_KEEP = "INSERT INTO people (person, field, text, until) VALUES (?, ?, ?, ?)"


class SQLitePeople:
    """See `PeopleStore`."""

    def __init__(self, transaction: Transactions) -> None:
        """Prepare; `transaction` opens one."""
        self._transaction = transaction

    def join(self, offer: Offer) -> Mapping[str, str]:
        """See `PeopleStore.join`; reading alone keeps nobody waiting."""
        with self._transaction() as database:
            before = _kept(database, offer)
        if joined(before, offer) == before:
            return before
        with self._transaction(write=True) as database:
            database.execute("DELETE FROM people WHERE until <= ?", (offer.now,))
            after = joined(_kept(database, offer), offer)
            database.execute("DELETE FROM people WHERE person = ?", (offer.person,))
            until = offer.now + offer.life
            rows = [(offer.person, field, text, until) for field, text in after.items()]
            database.executemany(_KEEP, rows)
        return after

    def leave(self, person: str) -> Mapping[str, str]:
        """See `PeopleStore.leave`."""
        with self._transaction(write=True) as database:
            kept: dict[str, str] = dict(database.execute(_KEPT, (person,)).fetchall())
            database.execute("DELETE FROM people WHERE person = ?", (person,))
        return kept


def _kept(database: sqlite3.Connection, offer: Offer) -> dict[str, str]:
    return dict(database.execute(f"{_KEPT} AND until > ?", (offer.person, offer.now)).fetchall())
