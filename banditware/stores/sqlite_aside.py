"""Fields in `sqlite:///PATH`: counts in one table, what is kept aside of them in another.

Each function is called inside of a transaction.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping

from banditware.stores.parts import NOTE, is_aside, is_note
from banditware.stores.sqlite_inserting import Insert

#: The table of the counts, and that of the rest.
TABLES = ("counts", "asides")

#: A ledger, a field and a number, as they are written.
Row = tuple[str, str, float]

_INTO = "INSERT INTO {table} (ledger, field, number)"
_ADDED = "ON CONFLICT (ledger, field) DO UPDATE SET number = number + excluded.number"
_PUT = "ON CONFLICT (ledger, field) DO UPDATE SET number = excluded.number"
_ADD, _SET = (
    {table: Insert(_INTO.format(table=table), "(?, ?, ?)", then) for table in TABLES}
    for then in (_ADDED, _PUT)
)


def table_of(field: str) -> str:
    """Return the table that has a field."""
    return TABLES[is_aside(field)]


def read(database: sqlite3.Connection, ledger: str) -> dict[str, float]:
    """Return what a ledger keeps aside, without notes."""
    query = "SELECT field, number FROM asides WHERE ledger = ?"
    rows = database.execute(query, (ledger,))
    return {field: number for field, number in rows if not is_note(field)}


def read_all(database: sqlite3.Connection, ledger: str) -> dict[str, float]:
    """Return all fields of a ledger, notes among them."""
    query = "SELECT field, number FROM counts WHERE ledger = ? UNION ALL "
    query += "SELECT field, number FROM asides WHERE ledger = ?"
    return dict(database.execute(query, (ledger, ledger)).fetchall())


def add(database: sqlite3.Connection, ledger: str, deltas: Mapping[str, float]) -> None:
    """Add to fields."""
    _write(database, _ADD, ledger, deltas)


def put(database: sqlite3.Connection, ledger: str, fields: Mapping[str, float]) -> None:
    """Set fields."""
    _write(database, _SET, ledger, fields)


def forget(database: sqlite3.Connection, ledger: str, fields: Iterable[str]) -> None:
    """Delete fields."""
    rows = [(ledger, field) for field in fields]
    for table in TABLES:
        query = f"DELETE FROM {table} WHERE ledger = ? AND field = ?"  # noqa: S608  # ours
        database.executemany(query, [row for row in rows if table_of(row[1]) == table])


def move(database: sqlite3.Connection, ledger: str, source: str, target: str) -> bool:
    """Add a field to another and delete it; return False if it is not there any more."""
    query = f"SELECT number FROM {table_of(source)} WHERE ledger = ? AND field = ?"  # noqa: S608  # ours
    row = database.execute(query, (ledger, source)).fetchone()
    if row is None:
        return False
    forget(database, ledger, [source])
    add(database, ledger, {target: row[0]})
    return True


def names_of_notes(database: sqlite3.Connection, ledger: str) -> list[str]:
    """Return the names of all notes."""
    counts = "SELECT field FROM counts WHERE ledger = ? AND field >= ?"
    names = [name for (name,) in database.execute(counts, (ledger, NOTE))]
    if not names:  # every part has a note among the counts
        return []
    asides = "SELECT field FROM asides WHERE ledger = ?"
    return names + [name for (name,) in database.execute(asides, (ledger,)) if is_note(name)]


def bindable(number: float) -> float:
    """Return a number SQLite can hold: its whole numbers have 64 bits."""
    return number if -(1 << 63) <= number < 1 << 63 else float(number)


def rows(ledger: str, fields: Mapping[str, float]) -> tuple[list[Row], ...]:
    """Return what to write, for each of `TABLES`."""
    found: tuple[list[Row], ...] = tuple([] for _ in TABLES)
    for name, number in fields.items():
        found[is_aside(name)].append((ledger, name, bindable(number)))
    return found


def add_rows(database: sqlite3.Connection, table: str, rows: Iterable[Row]) -> None:
    """Add to fields of any ledgers, which are of one of `TABLES`."""
    _ADD[table](database, rows)


def _write(
    database: sqlite3.Connection,
    inserts: Mapping[str, Insert],
    ledger: str,
    fields: Mapping[str, float],
) -> None:
    for table, some in zip(TABLES, rows(ledger, fields), strict=True):
        inserts[table](database, some)
