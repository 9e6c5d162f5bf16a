from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest

from banditware.errors import StoreError
from banditware.stores import Batch, Mark, open_store, schema, sqlite, sqlite_batches
from banditware.stores.sqlite import SQLiteStore

BATCH = Batch("a@1", "p", 0, 10, {"n/x/0": 1})


@pytest.fixture
def store(tmp_path: Path) -> SQLiteStore:
    return SQLiteStore("sqlite:///x.db", tmp_path / "x.db")


def journal(path: Path) -> str:
    with closing(sqlite3.connect(path)) as database:
        return str(database.execute("PRAGMA journal_mode").fetchone()[0])


def test_the_folder_of_spools_is_beside_the_database(store: SQLiteStore, tmp_path: Path) -> None:
    """Spools of `x.db` are in `x.db.spool`."""
    assert store.folder == tmp_path / "x.db.spool"


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    """No folder is made for a path that may be a slip of the pen."""
    store = open_store("sqlite:///data/x.db", tmp_path)
    with pytest.raises(StoreError, match=r"sqlite:///data/x\.db: the folder .*data does not exist"):
        store.check()


def test_a_folder_is_no_database(tmp_path: Path) -> None:
    """A path that is a folder is named as such."""
    with pytest.raises(StoreError, match="is a folder"):
        open_store(f"sqlite:///{tmp_path}", tmp_path).check()


def test_something_else_is_no_database(store: SQLiteStore) -> None:
    """A file that is no database is refused and stays as it is."""
    store.path.write_text("secret: 1\n" * 100)
    for attempt in (store.check, store.ledgers, lambda: store.exchange([BATCH], {})):
        with pytest.raises(StoreError, match="not a SQLite database"):
            attempt()
    assert store.path.read_text() == "secret: 1\n" * 100


def test_a_damaged_database_is_refused(store: SQLiteStore) -> None:
    """A database whose pages were overwritten is called damaged, and stays as it is."""
    store.exchange([BATCH], {})
    content = bytearray(store.path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    store.path.write_bytes(content)
    with pytest.raises(StoreError, match="the database is damaged"):
        store.exchange([BATCH], {})
    assert store.path.read_bytes() == content


def test_the_database_of_another_program_is_refused(store: SQLiteStore) -> None:
    """Tables that are not ours are left alone, even where no name of ours is taken."""
    with closing(sqlite3.connect(store.path)) as database:
        database.execute("CREATE TABLE users (name)")
    with pytest.raises(StoreError, match="belongs to something else"):
        store.check()


@pytest.mark.parametrize("value", [99, "two"])
def test_a_newer_schema_is_refused(store: SQLiteStore, value: object) -> None:
    """What a newer banditware wrote is neither read nor written."""
    store.exchange([BATCH], {})
    with closing(sqlite3.connect(store.path)) as database:
        database.execute("UPDATE banditware SET value = ?", (value,))
        database.commit()
    for attempt in (store.check, lambda: store.exchange([BATCH], {}), lambda: store.release("p")):
        with pytest.raises(StoreError, match="written by a newer banditware"):
            attempt()


def test_a_schema_without_a_version_is_refused(store: SQLiteStore) -> None:
    """Unknown state is refused."""
    store.check()
    with closing(sqlite3.connect(store.path)) as database:
        database.execute("DELETE FROM banditware")
        database.commit()
    with pytest.raises(StoreError, match="newer banditware"):
        store.check()


def test_a_database_that_cannot_be_written_is_refused_at_the_start(
    store: SQLiteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Checking writes, so that a database that can only be read is found out."""
    store.check()
    address = f"file:{store.path}?mode=ro"
    monkeypatch.setattr(
        SQLiteStore,
        "_connect",
        lambda self: sqlite3.connect(address, uri=True, isolation_level=None),
    )
    assert store.ledgers() == {}
    with pytest.raises(StoreError, match="cannot be written by this process"):
        store.check()


def test_green_threads_wait_shorter(store: SQLiteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where waiting in C keeps all requests of a process waiting, it is given up sooner."""
    store.check()
    monkeypatch.setattr(sqlite, "BUSY", 600.0)
    monkeypatch.setattr(sqlite, "BUSY_GREEN", 0.01)
    monkeypatch.setattr(sqlite, "cooperative", lambda: True)
    with closing(sqlite3.connect(store.path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreError, match="another process keeps the database locked"):
            store.exchange([BATCH], {})


def test_a_lock_is_waited_for_and_then_told(
    store: SQLiteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A database that stays locked is an error that says so, and works once it is free."""
    store.check()
    monkeypatch.setattr(sqlite, "BUSY", 0.01)
    with closing(sqlite3.connect(store.path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreError, match="another process keeps the database locked"):
            store.exchange([BATCH], {})
        other.execute("ROLLBACK")
    assert store.exchange([BATCH], {}).positions == {"a@1": 10}


def test_an_error_that_is_not_known_is_told_as_it_is(
    store: SQLiteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What SQLite says reaches the user when there is no better advice."""

    def refuse(_: SQLiteStore) -> sqlite3.Connection:
        raise sqlite3.OperationalError("too much of something")

    monkeypatch.setattr(SQLiteStore, "_connect", refuse)
    with pytest.raises(StoreError, match=r"^sqlite:///x\.db: too much of something$"):
        store.check()


def test_an_error_in_the_middle_leaves_nothing_behind(
    store: SQLiteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A batch that fails half way changes neither counts nor once-keys nor position."""

    def fail(*_: object) -> None:
        raise sqlite3.OperationalError("disk I/O error")

    once = Batch("b@1", "p", 0, 10, {"n/x/0": 1}, (("0:k", {"k/x/0/g": 1}),))
    with monkeypatch.context() as patch:
        patch.setattr(sqlite_batches, "born", fail)
        with pytest.raises(StoreError, match="disk I/O error"):
            store.exchange([BATCH, once], {})
    assert (store.ledgers(), store.positions("p")) == ({}, {})
    read = store.exchange([BATCH, once], {"b@1": 0}).counts
    assert read["b@1"].fields == {"n/x/0": 1, "k/x/0/g": 1}


def test_rows_need_no_write_ahead_log(store: SQLiteStore) -> None:
    """A new database has a rollback journal."""
    store.check()
    assert journal(store.path) != "wal"


@pytest.mark.parametrize(("faulty", "kept"), [(True, "delete"), (False, "wal")])
def test_a_write_ahead_log_is_switched_off_where_it_is_faulty(
    store: SQLiteStore, monkeypatch: pytest.MonkeyPatch, faulty: bool, kept: str
) -> None:
    """A database in WAL mode stays so only under a SQLite whose WAL loses no pages."""
    store.exchange([BATCH], {})
    with closing(sqlite3.connect(store.path)) as database:
        database.execute("PRAGMA journal_mode = WAL")
    monkeypatch.setattr(schema, "wal_loses_pages", lambda version: faulty)
    assert store.ledgers() == {"a@1": 1}
    assert journal(store.path) == kept


@pytest.mark.parametrize(
    ("version", "faulty"),
    [
        ((3, 6, 23), False),
        ((3, 7, 0), True),
        ((3, 40, 1), True),
        ((3, 44, 5), True),
        ((3, 44, 6), False),
        ((3, 45, 0), True),
        ((3, 50, 6), True),
        ((3, 50, 7), False),
        ((3, 51, 0), True),
        ((3, 51, 2), True),
        ((3, 51, 3), False),
        ((3, 53, 0), False),
    ],
)
def test_the_faulty_versions_are_known(version: tuple[int, ...], faulty: bool) -> None:
    """The fault and its three mends are told apart by version."""
    assert schema.wal_loses_pages(version) is faulty


def test_tables_that_are_younger_than_the_database_are_made(store: SQLiteStore) -> None:
    """A database from before there were backups goes on, with backups."""
    store.exchange([BATCH], {})
    with closing(sqlite3.connect(store.path)) as database:
        database.execute("DROP TABLE origins")
    assert store.marks() == {"a@1": Mark("", 0, 1, "")}
    backup = store.back_up("a@1", store.marks()["a@1"])
    assert backup is not None
    assert backup.mark.origin
    assert (backup.fields, backup.mark.number) == ({"n/x/0": 1}, 1)


def test_the_loser_of_the_race_to_create_finds_the_tables(
    store: SQLiteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that saw an empty database looks again once it has the lock."""
    store.check()
    looks = iter([False])
    real = schema._ready
    monkeypatch.setattr(
        schema, "_ready", lambda database: next(looks, None) is None and real(database)
    )
    store.exchange([BATCH], {})
    assert store.ledgers() == {"a@1": 1}


def test_processes_that_start_at_once_all_get_ready(tmp_path: Path) -> None:
    """Four processes that create the same database at once all succeed."""
    code = (
        "import sys; from pathlib import Path; from banditware.stores import Batch, open_store;"
        "sys.stdin.readline(); store = open_store('sqlite:///x.db', Path(sys.argv[1]));"
        "store.check();"
        "store.exchange([Batch('a@1', sys.argv[2], 0, 1, {'n/x/0': 1})], {})"
    )
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(tmp_path), str(number)], stdin=subprocess.PIPE
        )
        for number in range(4)
    ]
    for worker in workers:
        assert worker.stdin
        worker.stdin.write(b"go\n")
        worker.stdin.flush()
    for worker in workers:
        worker.communicate()
    assert [worker.returncode for worker in workers] == [0] * 4
    read = open_store("sqlite:///x.db", tmp_path).exchange((), {"a@1": 0}).counts["a@1"]
    assert read.fields == {"n/x/0": 4}


def test_no_connection_outlives_its_operation(store: SQLiteStore) -> None:
    """After any operation the process has no file of the database open."""
    store.exchange([BATCH], {"a@1": 0})
    store.fold("a@1", {}, 0)
    links = [link for link in Path("/proc/self/fd").iterdir() if link.is_symlink()]
    assert not [link for link in links if "x.db" in str(link.readlink())]


def test_a_read_needs_no_write_lock(store: SQLiteStore) -> None:
    """Reading goes on while another process prepares to write."""
    store.exchange([BATCH], {})
    with closing(sqlite3.connect(store.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert store.exchange((), {"a@1": 0}).counts["a@1"].fields == {"n/x/0": 1}


def test_a_deleted_database_begins_anew(store: SQLiteStore) -> None:
    """A database that disappears while processes run is made again, with positions of zero."""
    store.exchange([BATCH], {})
    store.path.unlink()
    assert store.exchange((), {"a@1": 1}).counts["a@1"].version == 0
    assert store.positions("p") == {}


def test_a_handle_is_safe_in_threads(store: SQLiteStore) -> None:
    """A store that was made in one thread works in another."""
    seen: list[object] = []
    thread = threading.Thread(target=lambda: seen.append(store.exchange([BATCH], {}).positions))
    thread.start()
    thread.join()
    assert seen == [{"a@1": 10}]


def test_a_database_from_before_there_was_a_history_goes_on_with_one(store: SQLiteStore) -> None:
    """Nothing is lost, and what happens from now on has its hour."""
    store.exchange([BATCH], {})
    with closing(sqlite3.connect(store.path)) as database:
        database.execute("DROP TABLE asides")
    assert store.aside("a@1") == {}
    store.exchange([BATCH._replace(start=BATCH.end, end=BATCH.end + 1, deltas={"~n/x/0": 1})], {})
    assert store.aside("a@1") == {"~n/x/0": 1}
    assert store.exchange((), {"a@1": 0}).counts["a@1"].fields == {"n/x/0": 1}
