"""Many rows by one statement come to what they come to one by one."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banditware.stores import sqlite_inserting
from banditware.stores.sqlite_inserting import Insert

INTO, ROW = "INSERT INTO counts (name, number)", "(?, ?)"
ADDED = "ON CONFLICT (name) DO UPDATE SET number = number + excluded.number"


@pytest.fixture(scope="module", autouse=True)
def few() -> Iterator[None]:
    """Three rows of two variables in a statement."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sqlite_inserting, "VARIABLES", 7)
        yield


def table() -> closing[sqlite3.Connection]:
    """Return a database that has a table of counts, and no more."""
    database = sqlite3.connect(":memory:", isolation_level=None)
    database.execute("CREATE TABLE counts (name TEXT PRIMARY KEY, number NOT NULL)")
    return closing(database)


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(-9, 9))))
def test_sums_are_those_of_rows_one_by_one(rows: list[tuple[str, int]]) -> None:
    """Rows of the same name add up, in one statement or in several; each is one change."""
    with table() as database:
        changed = Insert(INTO, ROW, ADDED)(database, iter(rows))
        found = dict(database.execute("SELECT name, number FROM counts").fetchall())
    assert changed == len(rows)
    assert found == {
        name: sum(number for other, number in rows if other == name) for name, _ in rows
    }


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.just(1))))
def test_what_is_ignored_does_not_count(rows: list[tuple[str, int]]) -> None:
    """Of rows that are there already only the first was inserted."""
    with table() as database:
        insert = Insert("INSERT OR IGNORE INTO counts", ROW)
        assert insert(database, rows) == len({*rows})
        assert insert(database, rows) == 0


@pytest.mark.parametrize(("rows", "statements"), [(0, 0), (2, 2), (3, 1), (7, 3), (9, 3)])
def test_a_statement_has_as_many_rows_as_it_may(rows: int, statements: int) -> None:
    """What fills a statement goes in one; what is left goes row by row."""
    said: list[str] = []
    with table() as database:
        database.set_trace_callback(said.append)
        Insert(INTO, ROW, ADDED)(database, [(str(number), 1) for number in range(rows)])
    assert len(said) == statements


def test_sqlite_takes_as_many_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """The statement is one that every SQLite takes, whole numbers and fractions as they are."""
    monkeypatch.setattr(sqlite_inserting, "VARIABLES", 999)
    rows = [(str(number), number / 3 if number % 2 else 1 << 60) for number in range(1_500)]
    with table() as database:
        assert Insert(INTO, ROW, ADDED)(database, rows) == len(rows)
        assert database.execute("SELECT name, number FROM counts").fetchall() == rows
