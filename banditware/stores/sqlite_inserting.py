"""Many rows by one statement.

A thread lets the interpreter's lock go while SQLite works on a statement, and has to take it again
afterwards. With a statement for each row that would be thousands of times in a transaction, and
requests and the transaction would keep each other waiting.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from itertools import chain, islice

#: Variables of a statement: SQLite before 3.32 has no more.
VARIABLES = 999


class Insert:
    """A statement that inserts rows, however many."""

    __slots__ = ("_each", "_many", "_one")

    def __init__(self, into: str, row: str, then: str = "") -> None:
        """Make the texts.

        Args:
            into: what stands before the rows: `INSERT INTO table (columns)`.
            row: one of them, as `(?, ?, 1)`.
            then: what stands behind them: a clause for conflicts.
        """
        self._each = VARIABLES // row.count("?")
        self._one = f"{into} VALUES {row} {then}"
        self._many = f"{into} VALUES {', '.join([row] * self._each)} {then}"

    def __call__(self, database: sqlite3.Connection, rows: Iterable[Sequence[object]]) -> int:
        """Insert the rows, in their order, and return how many were inserted or changed."""
        left, changed = iter(rows), 0
        while len(some := tuple(islice(left, self._each))) == self._each:
            values = tuple(chain.from_iterable(some))
            changed += database.execute(self._many, values).rowcount
        # Of no rows at all, some versions say -1.
        return changed + max(0, database.executemany(self._one, some).rowcount)
