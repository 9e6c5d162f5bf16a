from __future__ import annotations

import os
from pathlib import Path

import pytest

from banditware import adoption
from banditware.adoption import adopt, drain_all, locked
from banditware.errors import StoreError
from banditware.filespool import Handle
from banditware.outbox import Outbox
from banditware.spool import frame
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


def test_spools_of_the_dead_are_adopted(store: Faulty, folder: Path) -> None:
    """A dead process's spool is applied, deleted and forgotten; a living one's is left."""
    dead, living = process(folder, pull(), pull()), process(folder, pull("y"))
    dead.flush(store, {})
    dead.spool.append(pull())
    kill(dead)
    assert adopt(store, folder, own=()) == 0
    assert fields(store) == {"n/x/0": 3}
    assert [path.stem for path in folder.iterdir()] == list(living.own())
    assert store.released == 1


def test_all_spools_are_drained_on_demand(store: Faulty, folder: Path) -> None:
    """What living processes recorded is applied too, and they notice."""
    living, own = process(folder, pull()), process(folder, pull("y"))
    drain_all(store, folder, own=own.own())
    assert fields(store) == {"n/x/0": 1}
    living.spool.append(pull())
    living.flush(store, {})
    assert fields(store) == {"n/x/0": 2}
    assert store.released == 0


def test_a_folder_that_is_not_there_has_no_spools(store: Faulty, folder: Path) -> None:
    """Nothing is made by looking."""
    assert adopt(store, folder, own=()) == 0
    assert drain_all(store, folder, own=()) == 0
    assert not folder.exists()


@pytest.mark.parametrize("missing", range(1, len(frame(pull()))))
def test_a_torn_tail_is_dropped(store: Faulty, folder: Path, missing: int) -> None:
    """A last record that is not whole never happened; one that lacks its end of line only did."""
    dead = process(folder, pull(), pull())
    kill(dead)
    (path,) = folder.iterdir()
    os.truncate(path, path.stat().st_size - missing)
    adopt(store, folder, own=())
    assert fields(store) == {"n/x/0": 2 if missing == 1 else 1}
    assert list(folder.iterdir()) == []


def test_the_tail_of_a_living_process_is_left_alone(store: Faulty, folder: Path) -> None:
    """What a living process is writing is applied when it has ended its line."""
    living = process(folder, pull())
    (path,) = folder.iterdir()
    record = frame(pull())
    with path.open("ab", buffering=0) as file:
        file.write(record[:-1])
        drain_all(store, folder, own=())
        assert fields(store) == {"n/x/0": 1}
        file.write(record[-1:])
    living.flush(store, {})
    assert fields(store) == {"n/x/0": 2}


def test_damage_is_counted(store: Faulty, folder: Path) -> None:
    """Lines that cannot be read are skipped and counted."""
    kill(process(folder, pull(), b"rubbish", pull()))
    assert adopt(store, folder, own=()) == 1
    assert fields(store) == {"n/x/0": 2}


def test_one_at_a_time(store: Faulty, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While others drain, adoption waits for another time, and a demand for its turn."""
    kill(process(folder, pull()))
    with locked(folder) as held:
        assert held
        assert adopt(store, folder, own=()) == 0
        monkeypatch.setattr(adoption, "PATIENCE", 0.02)
        with pytest.raises(StoreError, match="other processes keep draining"):
            drain_all(store, folder, own=())
    assert fields(store) == {}
    drain_all(store, folder, own=())
    assert fields(store) == {"n/x/0": 1}


def test_the_lock_of_no_folder_is_free() -> None:
    """Spools in memory need no lock."""
    with locked(None) as held, locked(None) as again:
        assert held
        assert again


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
        adopt(store, folder, own=())
    assert fields(store) == {"n/x/0": 1}


def test_a_store_that_fails_half_way_loses_nothing(store: Faulty, folder: Path) -> None:
    """A spool that was applied but not deleted is deleted by the next, and counted once."""
    kill(process(folder, pull()))
    store.after = store.fail
    with pytest.raises(StoreError):
        adopt(store, folder, own=())
    assert list(folder.iterdir()) != []
    adopt(store, folder, own=())
    assert fields(store) == {"n/x/0": 1}
    assert list(folder.iterdir()) == []


def test_a_lock_ends_with_its_handle(folder: Path) -> None:
    """A handle that nobody keeps holds no lock."""
    folder.mkdir()
    handle = Handle(folder, os.O_RDONLY)
    assert handle.claim()
    del handle
    with locked(folder) as held:
        assert held
