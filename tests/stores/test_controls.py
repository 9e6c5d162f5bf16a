"""What every store promises of controls; see `banditware.stores.controls.ControlStore`."""

from __future__ import annotations

import multiprocessing
import os
import sqlite3
import threading
from pathlib import Path

import pytest

from banditware.control import CONTROLS
from banditware.stores import Batch, Counts, Store, open_store
from banditware.stores.controls import KeptControls
from banditware.stores.memory import MemoryStore
from tests.stores.table import STORES, World


@pytest.fixture(params=STORES)
def world(request: pytest.FixtureRequest, tmp_path: Path) -> World:
    return STORES[request.param](tmp_path)


def asked(store: Store, known: int) -> object:
    """Return what an exchange says of the controls to who knows that version."""
    return store.exchange((), {CONTROLS: known, "a@1": 0}).counts.get(CONTROLS)


def test_what_is_written_is_read(world: World) -> None:
    """State and changes are there for everybody, newest first; before the first there are none."""
    one, other = world.open().controls(), world.open().controls()
    assert one.read() == KeptControls(0, "")
    assert list(one.changes(10)) == []
    assert one.write(KeptControls(1, '{"é": "\\n"}'), "first ü")
    assert other.read() == KeptControls(1, '{"é": "\\n"}')
    assert other.write(KeptControls(2, "two"), "second")
    assert list(one.changes(10)) == ["second", "first ü"]
    assert list(one.changes(1)) == ["second"]
    assert list(one.changes(10, 2)) == ["first ü"]
    assert list(one.changes(10, 1)) == []


def test_who_is_slower_changes_nothing(world: World) -> None:
    """A state that was not made of the one in the store is left alone, and so is its change."""
    controls = world.open().controls()
    assert controls.write(KeptControls(1, "one"), "first")
    for version in (0, 1, 3):
        assert not controls.write(KeptControls(version, "lost"), "lost")
    assert controls.read() == KeptControls(1, "one")
    assert list(controls.changes(10)) == ["first"]


def test_an_exchange_tells_of_it(world: World) -> None:
    """The version comes with the counts, without any fields, if it is not the known one."""
    store = world.open()
    assert asked(store, 0) is None
    store.controls().write(KeptControls(1, "one"), "first")
    assert asked(store, 0) == Counts(1, {})
    assert asked(store, 1) is None
    store.controls().write(KeptControls(2, "two"), "second")
    assert asked(store, 1) == Counts(2, {})


def test_controls_are_apart_from_counts(world: World) -> None:
    """They make no ledger, have no state to back up, and counting does not change them."""
    store = world.open()
    store.controls().write(KeptControls(1, "one"), "first")
    assert store.ledgers() == {}
    assert store.marks() == {}
    store.exchange([Batch("a@1", "p", 0, 1, {"n/x/0": 1})], {})
    store.fold("a@1", {"n/x/0": "n/x/1"}, 0)
    store.release("p")
    assert store.ledgers().keys() == {"a@1"}
    assert asked(store, 1) is None
    assert store.controls().read() == KeptControls(1, "one")


def test_many_at_once_lose_nothing(world: World) -> None:
    """Of eight who write at the same moment each gets through, one after the other."""
    store = world.open()

    def write(name: str) -> None:
        controls = store.controls()
        while True:
            version, text = controls.read()
            if controls.write(KeptControls(version + 1, text + name), name):
                return

    threads = [threading.Thread(target=write, args=(name,)) for name in "abcdefgh"]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    version, text = store.controls().read()
    assert (version, sorted(text)) == (8, [*"abcdefgh"])
    assert "".join(reversed(store.controls().changes(100))) == text


@pytest.mark.parametrize("kind", STORES)
def test_the_oldest_changes_are_forgotten(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So many are kept, and older ones go."""
    for module in ("memory", "sqlite", "redis"):
        monkeypatch.setattr(f"banditware.stores.{module}_controls.MOST_CHANGES", 3)
    controls = STORES[kind](tmp_path).open().controls()
    for version in range(1, 6):
        assert controls.write(KeptControls(version, "t"), str(version))
    assert list(controls.changes(10)) == ["5", "4", "3"]
    assert list(controls.changes(10, 5)) == ["4", "3"]


def test_a_database_from_before_gets_the_tables(tmp_path: Path) -> None:
    """A database that knows no controls yet is made ready when it is opened, and keeps its rest."""
    store = open_store("sqlite:///counts.db", tmp_path)
    store.exchange([Batch("a@1", "p", 0, 1, {"n/x/0": 1})], {})
    with sqlite3.connect(tmp_path / "counts.db") as database:
        database.execute("DROP TABLE changes")
        database.execute("DROP TABLE controls")
    database.close()
    assert store.controls().write(KeptControls(1, "one"), "first")
    assert store.ledgers() == {"a@1": 1}


def _write_and_die(folder: Path) -> None:
    store = open_store("sqlite:///counts.db", folder)
    assert store.controls().write(KeptControls(1, "one"), "first")
    os._exit(9)


def test_what_was_acknowledged_outlives_its_process(tmp_path: Path) -> None:
    """A process that dies the moment after it was told so leaves state and change behind."""
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=_write_and_die, args=(tmp_path,))
    process.start()
    process.join(60)
    assert process.exitcode == 9
    controls = open_store("sqlite:///counts.db", tmp_path).controls()
    assert controls.read() == KeptControls(1, "one")
    assert list(controls.changes(10)) == ["first"]


def test_a_child_can_change_controls() -> None:
    """A lock that a thread holds at the fork does not stay locked in the child."""
    store = MemoryStore()
    with store.controls()._lock:
        store.after_fork(child=True)
    assert store.controls().write(KeptControls(1, "one"), "first")
