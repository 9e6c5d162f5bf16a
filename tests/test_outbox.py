from __future__ import annotations

import logging
from pathlib import Path

import pytest

from banditware import filespool
from banditware.adoption import locked
from banditware.errors import StoreError
from banditware.outbox import Outbox
from banditware.spool import MemorySpool, frame
from banditware.stores.memory import MemoryStore
from tests.recording import Faulty, fields, pull


@pytest.fixture
def store() -> Faulty:
    return Faulty(MemoryStore())


@pytest.fixture
def outbox(tmp_path: Path) -> Outbox:
    return Outbox(tmp_path / "spool")


def files(outbox: Outbox) -> list[Path]:
    assert outbox.folder is not None
    return sorted(outbox.folder.iterdir())


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


def test_a_full_file_is_drained_and_deleted(
    outbox: Outbox, store: Faulty, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rotated file is deleted one round after it was drained, when no write can be under way."""
    monkeypatch.setattr(filespool, "ROTATE", 10)
    outbox.spool.append(pull())
    outbox.flush(store, {})
    outbox.spool.append(pull())
    assert len(files(outbox)) == 2
    assert store.released == 0
    outbox.flush(store, {})
    assert store.released == 1
    outbox.flush(store, {})
    assert store.released == 2
    assert files(outbox) == []
    assert fields(store) == {"n/x/0": 2}
    assert store.positions("any") == {}


def test_a_late_write_to_a_full_file_is_not_lost(outbox: Outbox, store: Faulty) -> None:
    """A record that reached the old file while it was sealed is applied before it is deleted."""
    outbox.spool.append(pull())
    outbox.spool.seal()
    outbox.flush(store, {})
    (path,) = files(outbox)
    with path.open("ab") as file:
        file.write(frame(pull())[:-1])
    outbox.flush(store, {})
    assert fields(store) == {"n/x/0": 2}
    assert files(outbox) == []


def test_a_file_is_not_deleted_while_others_drain(outbox: Outbox, store: Faulty) -> None:
    """Who holds the lock of the folder may be reading the file; it is deleted in a later round."""
    outbox.spool.append(pull())
    outbox.spool.seal()
    outbox.flush(store, {})
    with locked(outbox.folder):
        outbox.flush(store, {})
        assert store.released == 0
    outbox.flush(store, {})
    assert store.released == 1


def test_the_last_copy_is_not_deleted(outbox: Outbox, store: Faulty) -> None:
    """A store that lost a file's records is noticed before that file is deleted."""
    outbox.spool.append(pull())
    outbox.spool.seal()
    outbox.flush(store, {})
    inner = store._store
    assert isinstance(inner, MemoryStore)
    inner._ledgers.clear()
    outbox.flush(store, {})
    assert len(files(outbox)) == 1
    outbox.flush(store, {})
    assert fields(store) == {"n/x/0": 1}
    assert files(outbox) == []


def test_finishing_leaves_nothing(outbox: Outbox, store: Faulty) -> None:
    """After finishing all is applied, the file is gone and its positions are forgotten."""
    outbox.spool.append(pull())
    assert outbox.left()
    outbox.finish(store)
    assert not outbox.left()
    assert fields(store) == {"n/x/0": 1}
    assert (files(outbox), store.released) == ([], 1)


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
    assert not outbox.spool._current.buffer
    assert fields(store) == {"n/x/0": 3}


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
    outbox.spool.append(b"rubbish")
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
