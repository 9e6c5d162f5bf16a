from __future__ import annotations

import os
from pathlib import Path

import pytest

from banditware.adoption import Orphans, locked
from banditware.errors import StoreError
from banditware.filespool import Handle
from banditware.outbox import Outbox
from banditware.stores.memory import MemoryStore
from tests.recording import Faulty, fields, kill, pull


@pytest.fixture
def store() -> Faulty:
    return Faulty(MemoryStore())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "spool"


def process(folder: Path, *records: bytes) -> Outbox:
    """Return what another process recorded."""
    outbox = Outbox(folder)
    for record in records:
        outbox.spool.append(record)
    return outbox


def adopt(store: Faulty, folder: Path) -> int:
    """Drain the spools of the dead, as a process that knows nothing of them."""
    return Orphans(folder).drain(store, own=())


def test_spools_of_the_dead_are_drained_and_kept(store: Faulty, folder: Path) -> None:
    """A dead process's spool is applied once and stays; a living one's is left alone."""
    dead, living = process(folder, pull(), pull()), process(folder, pull("y"))
    dead.flush(store, {})
    dead.spool.append(pull())
    (id_,) = dead.own()
    kill(dead)
    orphans = Orphans(folder)
    for _ in range(2):
        assert orphans.drain(store, own=()) == 0
    assert fields(store) == {"n/x/0": 3}
    assert {path.stem for path in folder.iterdir()} == {id_, *living.own()}
    assert [(spool.id, spool.positions) for spool in orphans.drained()] == [
        (id_, store.positions(id_))
    ]
    assert store.released == 0


def test_spools_of_the_living_are_drained_on_demand(store: Faulty, folder: Path) -> None:
    """What living processes recorded is applied too, and they notice; own spools are left."""
    living, own = process(folder, pull()), process(folder, pull("y"))
    orphans = Orphans(folder)
    orphans.drain(store, own=own.own(), living=True)
    assert fields(store) == {"n/x/0": 1}
    assert orphans.drained() == []
    living.spool.append(pull())
    living.flush(store, {})
    assert fields(store) == {"n/x/0": 2}


def test_a_folder_that_is_not_there_has_no_spools(store: Faulty, folder: Path) -> None:
    """Nothing is made by looking."""
    assert adopt(store, folder) == 0
    assert not folder.exists()


def test_what_a_store_lost_of_the_dead_is_applied_again(store: Faulty, folder: Path) -> None:
    """A spool that was drained long ago is drained again from where the store has got to."""
    kill(process(folder, pull(), pull(ledger="b@1")))
    orphans = Orphans(folder)
    orphans.drain(store, own=())
    inner = store._store
    assert isinstance(inner, MemoryStore)
    for lost in (["a@1"], ["a@1", "b@1"]):
        for ledger in lost:
            del inner._ledgers[ledger]
        for _ in range(2):
            orphans.drain(store, own=())
        assert (fields(store), fields(store, "b@1")) == ({"n/x/0": 1}, {"n/x/0": 1})


def test_a_drained_spool_is_deleted_and_forgotten(store: Faulty, folder: Path) -> None:
    """Deleting a spool takes its positions out of the store; one that is gone is no error."""
    kill(process(folder, pull()))
    orphans, others = Orphans(folder), Orphans(folder)
    for each in (orphans, others):
        each.drain(store, own=())
    (spool,) = orphans.drained()
    orphans.delete(store, spool)
    assert list(folder.iterdir()) == []
    assert (store.released, store.positions(spool.id)) == (1, {})
    others.delete(store, spool)
    assert orphans.drained() == others.drained() == []
    orphans.drain(store, own=())
    assert fields(store) == {"n/x/0": 1}


@pytest.mark.parametrize("change", ["lost", "written", "claimed"])
def test_the_last_copy_is_not_deleted(store: Faulty, folder: Path, change: str) -> None:
    """A spool of which the store lost something, or that somebody uses, stays."""
    kill(process(folder, pull()))
    orphans = Orphans(folder)
    orphans.drain(store, own=())
    (spool,) = orphans.drained()
    (path,) = folder.iterdir()
    inner, user = store._store, Handle(path, os.O_RDWR | os.O_APPEND)
    assert isinstance(inner, MemoryStore)
    if change == "lost":
        inner._ledgers.clear()
    elif change == "written":
        os.write(user.fd, pull())
    else:
        assert user.claim()
    orphans.delete(store, spool)
    user.close()
    assert path.exists()
    assert store.released == 0
    orphans.drain(store, own=())
    assert fields(store) == {"n/x/0": 2 if change == "written" else 1}


def test_what_others_deleted_is_forgotten(store: Faulty, folder: Path) -> None:
    """A process does not remember the spools that are gone."""
    kill(process(folder, pull()))
    orphans = Orphans(folder)
    orphans.drain(store, own=())
    for path in folder.iterdir():
        path.unlink()
    orphans.drain(store, own=())
    assert orphans.drained() == []


@pytest.mark.parametrize("missing", range(1, len(pull())))
def test_a_torn_tail_is_dropped(store: Faulty, folder: Path, missing: int) -> None:
    """A last record that is not whole never happened; one that lacks its end of line only did."""
    dead = process(folder, pull(), pull())
    kill(dead)
    (path,) = folder.iterdir()
    os.truncate(path, path.stat().st_size - missing)
    adopt(store, folder)
    assert fields(store) == {"n/x/0": 2 if missing == 1 else 1}


def test_the_tail_of_a_living_process_is_left_alone(store: Faulty, folder: Path) -> None:
    """What a living process is writing is applied when it has ended its line."""
    living = process(folder, pull())
    (path,) = folder.iterdir()
    record = pull()
    with path.open("ab", buffering=0) as file:
        file.write(record[:-1])
        Orphans(folder).drain(store, own=(), living=True)
        assert fields(store) == {"n/x/0": 1}
        file.write(record[-1:])
    living.flush(store, {})
    assert fields(store) == {"n/x/0": 2}


def test_damage_is_counted(store: Faulty, folder: Path) -> None:
    """Lines that cannot be read are skipped and counted."""
    kill(process(folder, pull(), b"rubbish", pull()))
    assert adopt(store, folder) == 1
    assert fields(store) == {"n/x/0": 2}


def test_the_lock_of_no_folder_is_free() -> None:
    """Spools in memory need no lock."""
    with locked(None) as held, locked(None) as again:
        assert held
        assert again


def test_the_lock_of_a_missing_folder_cannot_be_had(folder: Path) -> None:
    """Where there is no folder there is nothing to do in it."""
    with locked(folder) as held:
        assert not held


def test_a_file_that_cannot_be_read_stops_no_other(
    store: Faulty, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One spool that is gone or refused is passed over; the refused one is told at the end."""
    for _ in range(3):
        kill(process(folder, pull()))
    gone, refused, _ = sorted(path.name for path in folder.iterdir())
    real = os.open

    def open_some(path: Path, *rest: int) -> int:
        if path.name == gone:
            raise FileNotFoundError(2, "No such file", str(path))
        if path.name == refused:
            raise PermissionError(13, "Permission denied", str(path))
        return real(path, *rest)

    monkeypatch.setattr(os, "open", open_some)
    with pytest.raises(StoreError, match=f"{refused} cannot be read: Permission denied"):
        adopt(store, folder)
    assert fields(store) == {"n/x/0": 1}


def test_a_store_that_fails_half_way_loses_nothing(store: Faulty, folder: Path) -> None:
    """A spool that was applied without an answer is drained by the next, and counted once."""
    kill(process(folder, pull()))
    store.after = store.fail
    with pytest.raises(StoreError):
        adopt(store, folder)
    adopt(store, folder)
    assert fields(store) == {"n/x/0": 1}


def test_a_lock_ends_with_its_handle(folder: Path) -> None:
    """A handle that nobody keeps holds no lock."""
    folder.mkdir()
    handle = Handle(folder, os.O_RDONLY)
    assert handle.claim()
    del handle
    with locked(folder) as held:
        assert held
