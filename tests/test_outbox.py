from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from banditware import filespool, keeping
from banditware import outbox as module
from banditware.adoption import locked
from banditware.counts import Record, encode
from banditware.errors import StoreError
from banditware.framing import frame
from banditware.keeping import EAGER, INTERVAL
from banditware.outbox import Outbox
from banditware.spool import Drained, MemorySpool, hour_of
from banditware.stores.memory import MemoryStore
from tests.recording import Faulty, fields, kill, pull
from tests.support import Watch


@pytest.fixture
def store() -> Faulty:
    return Faulty(MemoryStore())


@pytest.fixture
def outbox(tmp_path: Path) -> Outbox:
    return Outbox(tmp_path / "spool")


def files(outbox: Outbox) -> list[Path]:
    """Return the spools of an outbox's folder."""
    assert outbox.folder is not None
    return sorted(outbox.folder.glob("*.spool"))


def minutes(outbox: Outbox, store: Faulty, start: int, end: int) -> None:
    """Let time pass; each minute brings a backup, and each second one may set spools free."""
    for minute in range(start, end):
        outbox.sweep(store, ["a@1", "b@1"], minute * INTERVAL)


def test_what_was_recorded_is_applied_once(outbox: Outbox, store: Faulty) -> None:
    """Flushing applies what is new and says what changed, or None if nothing is new."""
    assert outbox.flush(store, {"a@1": 0}) is None
    outbox.spool.append(pull())
    assert outbox.backlog() > 0
    changed = outbox.flush(store, {"a@1": 0})
    assert changed is not None
    assert changed["a@1"].fields == {"n/x/0": 1}
    assert outbox.backlog() == 0
    assert outbox.flush(store, {"a@1": 0}) is None


def test_a_full_file_is_drained_and_deleted_when_it_is_in_backups(
    outbox: Outbox, store: Faulty, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rotated file stays for more than a minute after it was drained, until backups hold it."""
    monkeypatch.setattr(filespool, "ROTATE", 10)
    for _ in range(2):
        outbox.spool.append(pull())
        for _ in range(3):
            outbox.flush(store, {})
    minutes(outbox, store, 0, 3)
    assert (len(files(outbox)), store.released) == (2, 0)
    minutes(outbox, store, 3, 4)
    assert (files(outbox), store.released, outbox.own()) == ([], 2, frozenset())
    assert fields(store) == {"n/x/0": 2}
    assert store.positions("any") == {}


def test_a_file_with_nothing_in_the_store_is_deleted_at_once(outbox: Outbox, store: Faulty) -> None:
    """What no store keeps anything of need not be in backups."""
    outbox.spool.append(frame(b"rubbish"))
    outbox.spool.seal()
    outbox.flush(store, {})
    outbox.flush(store, {})
    minutes(outbox, store, 0, 1)
    assert files(outbox) == []


def test_a_late_write_to_a_full_file_is_not_lost(outbox: Outbox, store: Faulty) -> None:
    """A record that reached the old file while it was sealed is applied, whenever it comes."""
    outbox.spool.append(pull())
    outbox.spool.seal()
    outbox.flush(store, {})
    (path,) = files(outbox)
    with path.open("ab") as file:
        file.write(pull()[:-1])
    outbox.flush(store, {})
    assert fields(store) == {"n/x/0": 2}
    minutes(outbox, store, 0, 4)
    assert files(outbox) == []


def test_a_file_is_not_deleted_while_others_drain(outbox: Outbox, store: Faulty) -> None:
    """Who holds the lock of the folder may be reading the file; it is deleted in a later round."""
    outbox.spool.append(pull())
    outbox.spool.seal()
    outbox.flush(store, {})
    outbox.flush(store, {})
    minutes(outbox, store, 0, 3)
    with locked(outbox.folder):
        minutes(outbox, store, 3, 4)
        assert store.released == 0
    minutes(outbox, store, 3, 4)
    assert store.released == 1


def test_the_last_copy_is_not_deleted(
    outbox: Outbox, store: Faulty, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A store that lost a file's records is noticed before that file is deleted."""
    outbox.spool.append(pull())
    outbox.spool.seal()
    outbox.flush(store, {})
    outbox.flush(store, {})
    monkeypatch.setattr(keeping, "MOST", 0)
    real = keeping.Keeper.spent

    def lose(self: keeping.Keeper, drained: list[Drained]) -> Iterator[Drained]:
        inner = store._store
        assert isinstance(inner, MemoryStore)
        inner._ledgers.clear()
        return real(self, drained)

    with monkeypatch.context() as patch:
        patch.setattr(keeping.Keeper, "spent", lose)
        minutes(outbox, store, 0, 1)
    assert len(files(outbox)) == 1
    outbox.flush(store, {})
    assert fields(store) == {"n/x/0": 1}
    minutes(outbox, store, 1, 2)
    assert files(outbox) == []


def test_what_is_too_much_is_deleted_without_backups(
    outbox: Outbox, store: Faulty, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Spools of the dead that fill the disk are deleted, oldest first, when they were drained."""
    for _ in range(4):
        dead = Outbox(outbox.folder)
        dead.spool.append(pull())
        kill(dead)
    size = files(outbox)[0].stat().st_size
    monkeypatch.setattr(keeping, "MOST", 2 * size)
    minutes(outbox, store, 0, 1)
    assert len(files(outbox)) == 2
    assert fields(store) == {"n/x/0": 4}


def test_much_is_backed_up_sooner(
    outbox: Outbox, store: Faulty, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When spools grow large, backups do not wait for a minute to pass."""
    monkeypatch.setattr(module, "ENOUGH", 0)
    dead = Outbox(outbox.folder)
    dead.spool.append(pull())
    kill(dead)
    for sweep in range(4):
        assert len(files(outbox)) == 1
        outbox.sweep(store, ["a@1"], sweep * EAGER)
    assert files(outbox) == []


def test_a_wiped_store_gets_its_totals_back(outbox: Outbox, store: Faulty) -> None:
    """What is in no spool any more comes from a backup, what came after it from spools."""
    for process in (Outbox(outbox.folder), outbox):
        process.spool.append(pull())
        process.flush(store, {})
        process.finish(store)
    minutes(outbox, store, 0, 4)
    assert files(outbox) == []
    outbox.spool.append(pull("y"))
    outbox.flush(store, {})
    inner = store._store
    assert isinstance(inner, MemoryStore)
    inner._ledgers.clear()
    outbox.verify(store, ["a@1"])
    assert fields(store) == {"n/x/0": 2}
    outbox.flush(store, {})
    assert fields(store) == {"n/x/0": 2, "n/y/0": 1}


def test_draining_all_puts_back_what_was_lost(outbox: Outbox, store: Faulty) -> None:
    """Who only wants to read the counts gets all of them, and counts of other ledgers wait."""
    outbox.spool.append(pull())
    outbox.spool.append(pull(ledger="b@1"))
    outbox.finish(store)
    minutes(outbox, store, 0, 4)
    inner = store._store
    assert isinstance(inner, MemoryStore)
    inner._ledgers.clear()
    Outbox(outbox.folder).drain_all(store, ["a@1"])
    assert (fields(store), fields(store, "b@1")) == ({"n/x/0": 1}, {})


def test_draining_all_waits_for_its_turn(
    outbox: Outbox, store: Faulty, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While others drain, a sweep waits for another time, and a demand for its turn."""
    dead = Outbox(outbox.folder)
    dead.spool.append(pull())
    kill(dead)
    with locked(outbox.folder) as held:
        assert held
        assert outbox.sweep(store, [], 0.0) == 0
        monkeypatch.setattr(module, "PATIENCE", 0.02)
        with pytest.raises(StoreError, match="other processes keep draining"):
            outbox.drain_all(store)
    assert fields(store) == {}
    outbox.drain_all(store)
    assert fields(store) == {"n/x/0": 1}


def test_a_folder_that_is_not_there_is_not_drained(outbox: Outbox, store: Faulty) -> None:
    """Nothing is made by looking."""
    assert outbox.drain_all(store) == outbox.sweep(store, [], 0.0) == 0
    assert outbox.folder is not None
    assert not outbox.folder.exists()


def test_finishing_leaves_what_the_store_may_lose(outbox: Outbox, store: Faulty) -> None:
    """After finishing all is applied, and the file is anybody's to keep and to delete."""
    outbox.spool.append(pull())
    assert outbox.left()
    outbox.finish(store)
    assert not outbox.left()
    assert fields(store) == {"n/x/0": 1}
    assert (len(files(outbox)), store.released, outbox.own()) == (1, 0, frozenset())
    minutes(Outbox(outbox.folder), store, 0, 4)
    assert (files(outbox), store.released) == ([], 1)


def test_finishing_deletes_what_is_empty(outbox: Outbox, store: Faulty) -> None:
    """A process that recorded nothing leaves nothing."""
    outbox.open()
    assert len(files(outbox)) == 1
    outbox.finish(store)
    assert files(outbox) == []


def test_memory_is_finished_likewise(store: Faulty) -> None:
    """Without a folder everything happens in memory."""
    outbox = Outbox(None)
    outbox.open()
    outbox.spool.append(pull())
    outbox.finish(store)
    assert fields(store) == {"n/x/0": 1}
    assert store.released == 1
    assert not outbox.left()


def test_memory_is_given_back_as_it_is_drained(store: Faulty) -> None:
    """A process that runs for long keeps nothing of what is in the store."""
    outbox = Outbox(None)
    for _ in range(3):
        outbox.spool.append(pull())
        outbox.flush(store, {})
    assert isinstance(outbox.spool, MemorySpool)
    assert not outbox.spool._current._buffer
    assert fields(store) == {"n/x/0": 3}


def test_memory_instead_of_a_folder_keeps_a_little(
    tmp_path: Path, store: Faulty, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where no file can be kept, what was applied last can be applied again."""
    (tmp_path / "spool").write_text("not a folder")
    monkeypatch.setattr(module, "IN_MEMORY", 10 * len(pull()))
    outbox = Outbox(tmp_path / "spool")
    outbox.open()
    for _ in range(100):
        outbox.spool.append(pull())
        outbox.flush(store, {})
    inner = store._store
    assert isinstance(inner, MemoryStore)
    inner._ledgers.clear()
    outbox.verify(store, ["a@1"])
    outbox.flush(store, {})
    assert 10 <= fields(store)["n/x/0"] <= 20


def test_a_folder_that_cannot_be_used_is_told_once(
    tmp_path: Path, store: Faulty, caplog: pytest.LogCaptureFixture
) -> None:
    """Records go to memory, one warning says so and why, and counting goes on."""
    (tmp_path / "spool").write_text("not a folder")
    outbox = Outbox(tmp_path / "spool")
    with caplog.at_level(logging.WARNING, logger="banditware"):
        outbox.open()
        outbox.open()
    assert len(caplog.messages) == 1
    assert "the spool folder cannot be used" in caplog.text
    assert str(tmp_path / "spool") in outbox.trouble
    outbox.spool.append(pull())
    outbox.finish(store)
    assert fields(store) == {"n/x/0": 1}


def test_a_store_that_lost_everything_gets_it_again(outbox: Outbox, store: Faulty) -> None:
    """Verifying finds out what the store lost, also of ledgers that nothing happens to any more."""
    outbox.spool.append(pull())
    outbox.spool.append(pull(ledger="b@1"))
    outbox.flush(store, {})
    inner = store._store
    assert isinstance(inner, MemoryStore)
    inner._ledgers.clear()
    assert outbox.flush(store, {}) is None
    outbox.verify(store)
    outbox.flush(store, {})
    assert (fields(store), fields(store, "b@1")) == ({"n/x/0": 1}, {"n/x/0": 1})


def test_damage_is_counted_beyond_the_life_of_a_file(outbox: Outbox, store: Faulty) -> None:
    """Damaged lines stay counted when their file is deleted."""
    outbox.spool.append(frame(b"rubbish"))
    outbox.flush(store, {})
    assert outbox.damages() == 1
    outbox.finish(store)
    assert outbox.damages() == 1


def test_a_store_that_is_away_changes_nothing(outbox: Outbox, store: Faulty) -> None:
    """A failed flush loses nothing, whether it failed on the way there or back."""
    for place in ("before", "after"):
        outbox.spool.append(pull())
        setattr(store, place, store.fail)
        with pytest.raises(StoreError):
            outbox.flush(store, {})
        assert outbox.backlog() > 0
    outbox.flush(store, {})
    assert fields(store) == {"n/x/0": 2}


def test_a_child_has_recorded_nothing(outbox: Outbox, store: Faulty) -> None:
    """A forked child does not apply what its parent recorded."""
    outbox.spool.append(pull())
    outbox.flush(store, {})
    outbox.after_fork(child=False)
    assert outbox.own()
    assert isinstance(outbox.spool, filespool.FileSpool)
    outbox.spool.after_fork(child=True)
    outbox.after_fork(child=True)
    assert outbox.own() == frozenset()
    assert outbox.flush(store, {}) is None


def test_what_is_drained_late_has_its_hour(tmp_path: Path) -> None:
    """A store that was away for hours, and a process that was killed, change no hour."""
    store, watch = Faulty(MemoryStore()), Watch()
    outbox = Outbox(tmp_path / "spool", watch)
    for watch.now in (7_000.0, 11_000.0, 30_000.0):
        outbox.spool.rotate()
        outbox.spool.append(pull())
    outbox.spool.append(encode(Record("a@1", "", {"x/bot": 1})))
    kill(outbox)
    watch.now = 100_000.0
    Outbox(tmp_path / "spool", watch).drain_all(store)
    assert fields(store) == {"n/x/0": 3, "x/bot": 1}
    assert store.aside("a@1") == {
        "~n/x/3600": 1,
        "~n/x/10800": 1,
        "~n/x/28800": 1,
        "~x/bot/28800": 1,
    }


def test_a_store_that_is_away_does_not_stop_the_hours(tmp_path: Path) -> None:
    """Each try to flush looks at the clock, whether it gets anywhere or not."""
    store, watch = Faulty(MemoryStore()), Watch()
    outbox = Outbox(tmp_path / "spool", watch)
    for watch.now in (3_600.0, 7_200.0, 10_800.0):
        outbox.spool.append(pull())
        store.before = store.fail
        with pytest.raises(StoreError):
            outbox.flush(store, {})
    outbox.spool.append(pull())
    outbox.flush(store, {})
    # What is recorded before the first flush of an hour is counted in the hour before it.
    assert store.aside("a@1") == {"~n/x/3600": 2, "~n/x/7200": 1, "~n/x/10800": 1}


@pytest.mark.parametrize("shared", [False, True])
def test_what_is_old_of_a_history_is_folded(tmp_path: Path, *, shared: bool) -> None:
    """With every backup; where none are made, once an hour."""
    store, watch = Faulty(MemoryStore()), Watch()
    outbox = Outbox(tmp_path / "spool" if shared else None, watch)

    def record(*times: float) -> None:
        for watch.now in times:
            outbox.spool.rotate()
            outbox.spool.append(pull())
        outbox.flush(store, {})
        for _ in range(2):
            watch.now += INTERVAL
            outbox.sweep(store, ["a@1", "b@1"], watch.now)

    day = 86_400
    record(3_600, 7_200, 40 * day, 40 * day + 3_600)
    left = {f"~n/x/{40 * day}": 1, f"~n/x/{40 * day + 3_600}": 1}
    assert store.aside("a@1") == {"~n/x/0": 2, **left}
    record(80 * day)
    assert store.aside("a@1") == {"~n/x/0": 2, f"~n/x/{40 * day}": 2, f"~n/x/{80 * day}": 1}
    record(441 * day)
    assert store.aside("a@1") == {
        "~n/x/0": 4,
        f"~n/x/{80 * day}": 1,
        f"~n/x/{441 * day}": 1,
    }


def test_a_process_with_nothing_to_do_leaves_no_files_behind(tmp_path: Path) -> None:
    """Every hour has its file, and those in which nothing was recorded go away again."""
    store, watch = Faulty(MemoryStore()), Watch()
    outbox = Outbox(tmp_path / "spool", watch)
    outbox.open()
    for _ in range(3):
        watch.now += 3_600
        for _ in range(3):
            outbox.flush(store, {})
            outbox.sweep(store, [], watch.now)
            watch.now += INTERVAL
    assert [hour_of(path.stem) for path in files(outbox)] == [watch.now // 3_600 * 3_600]
    outbox.finish(store)
    assert files(outbox) == []
