from __future__ import annotations

from pathlib import Path

import pytest

from banditware import backlog as module
from banditware.backlog import Backlog, backlog
from banditware.outbox import Outbox
from banditware.stores import Store, open_store
from tests.recording import pull


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store("sqlite:///x.db", tmp_path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "x.db.spool"


def test_no_folder_is_no_backlog(store: Store, folder: Path) -> None:
    """Where nobody recorded anything, nothing waits."""
    assert backlog(store, folder) == Backlog()


def test_what_waits_is_counted(store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Records after the position of their ledger wait, however the spool is read."""
    monkeypatch.setattr(module, "CHUNK", 64)
    one, other, idle = (Outbox(folder) for _ in range(3))
    for outbox in (one, other):
        for ledger in ("a@1", "b@1", "a@1"):
            outbox.spool.append(pull(ledger=ledger))
    one.flush(store, {})
    one.spool.append(pull(ledger="b@1"))
    idle.spool.append(pull())
    idle.flush(store, {})
    found = backlog(store, folder)
    line = len(pull().strip())
    assert (found.spools, found.records, found.size) == (2, 4, 4 * line)
    paths = [source.path for outbox in (one, other) for source in outbox.spool._files]  # type: ignore[attr-defined]  # spools on disk
    assert found.oldest == min(path.stat().st_mtime for path in paths)
    other.flush(store, {})
    assert backlog(store, folder).records == 1
    one.flush(store, {})
    assert backlog(store, folder) == Backlog()


def test_what_cannot_be_read_is_told(store: Store, folder: Path) -> None:
    """A spool that is none is counted, one that has just gone is not."""
    folder.mkdir()
    (folder / "loop.spool").symlink_to("loop.spool")
    (folder / "gone.spool").symlink_to("nowhere")
    assert backlog(store, folder) == Backlog(unreadable=1)
