from __future__ import annotations

import errno
import fcntl
import os
import stat
import threading
from collections import deque
from collections.abc import Callable
from pathlib import Path

import pytest

from banditware import filespool, forks
from banditware.filespool import FileSpool, Handle, SpoolFile
from banditware.framing import frame
from banditware.spool import hour_of

Write = Callable[[int, bytes], int]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "spool"


@pytest.fixture
def spool(folder: Path) -> FileSpool:
    return FileSpool(folder)


def content(spool: FileSpool) -> bytes:
    """Return everything in the files of a spool."""
    return b"".join(source.read(0, 1 << 20, final=True).data for source in spool.sources())


def lines(spool: FileSpool) -> list[bytes]:
    """Return the payloads of whole records."""
    return [line[9:] for line in content(spool).split(b"\n") if line]


class Disk:
    """Stands in for `os.write`: takes what it has room for."""

    def __init__(self, room: int) -> None:
        self.room = room
        self.write = os.write

    def __call__(self, fd: int, data: bytes) -> int:
        """Write as much as there is room for, as a disk that fills up does."""
        if fd < 0:
            return self.write(fd, data)
        if self.room <= 0:
            raise OSError(errno.ENOSPC, "full")
        written = self.write(fd, data[: self.room])
        self.room -= written
        return written


def test_nothing_is_opened_before_the_first_record(spool: FileSpool, folder: Path) -> None:
    """A process that records nothing leaves nothing."""
    assert spool.sources() == ()
    assert not folder.exists()


def test_records_are_in_a_private_file(spool: FileSpool, folder: Path) -> None:
    """Folder and file belong to their user alone, and the file is named after the source's id."""
    spool.append(frame(b"one"))
    spool.append(frame(b"two"))
    (source,) = spool.sources()
    path = folder / f"{source.id}.spool"
    assert path.read_bytes() == frame(b"one") + frame(b"two")
    assert source.size() == path.stat().st_size
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_owner_holds_the_lock(folder: Path) -> None:
    """Nobody can claim the file of a living process, and anybody that of a dead one."""
    spool = FileSpool(folder)
    spool.append(frame(b"one"))
    (source,) = spool.sources()
    other = SpoolFile(folder / f"{source.id}.spool", os.O_RDONLY)
    assert not other.claim()
    del spool, source
    assert other.claim()
    other.close()
    other.close()


def test_no_file_is_inherited_by_a_program(spool: FileSpool) -> None:
    """Descriptors are closed when another program is executed, or it would keep the lock."""
    spool.append(frame(b"one"))
    spool.seal()
    spool.append(frame(b"two"))
    files = [file.fd for file in spool._files]
    assert not any(os.get_inheritable(fd) for fd in [spool._fd, *files])


def test_a_file_that_was_taken_before_it_was_locked_is_not_used(
    spool: FileSpool, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process may lock, or lock and delete, a file in the moment before its owner does."""
    real = Handle.claim
    thieves: list[Handle] = []

    def stolen(self: Handle) -> bool:
        if len(thieves) < 2:
            thieves.append(Handle(self.path, os.O_RDONLY))
            fcntl.flock(thieves[-1].fd, fcntl.LOCK_EX)
            if len(thieves) == 2:
                self.path.unlink()
                thieves[-1].close()
        return real(self)

    monkeypatch.setattr(Handle, "claim", stolen)
    spool.append(frame(b"one"))
    (source,) = spool.sources()
    assert {thief.path.name for thief in thieves}.isdisjoint({f"{source.id}.spool"})
    assert lines(spool) == [b"one"]
    thieves[0].close()


def test_a_full_disk_is_outlived(spool: FileSpool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Records wait in memory while the disk is full, and are all there, whole, once it is not."""
    disk = Disk(room=100)
    monkeypatch.setattr(os, "write", disk)
    records = [b"record %d" % number for number in range(20)]
    for record in records:
        spool.append(frame(record))
    assert spool.waiting() > 0
    assert spool.errors > 0
    disk.room = 10_000
    spool.append(frame(b"last"))
    assert spool.waiting() == 0
    whole = [line for line in lines(spool) if line in [*records, b"last"]]
    assert whole == [*records, b"last"], "older records go first"
    assert spool.dropped == 0


@pytest.mark.parametrize("room", range(len(frame(b"one") + frame(b"other")) + 1))
def test_records_of_one_write_are_kept_one_by_one(
    spool: FileSpool, monkeypatch: pytest.MonkeyPatch, room: int
) -> None:
    """Wherever the disk fills up among records of one write, each is in the file exactly once."""
    spool.append(frame(b"first"))
    disk = Disk(room)
    monkeypatch.setattr(os, "write", disk)
    spool.append(frame(b"one"), frame(b"other"))
    disk.room = 1000
    spool.append(frame(b"next"))
    whole = [lines(spool).count(each) for each in (b"first", b"one", b"other", b"next")]
    assert whole == [1, 1, 1, 1]


@pytest.mark.parametrize("room", range(len(frame(b"torn")) + 1))
def test_a_torn_record_spoils_no_other(
    spool: FileSpool, monkeypatch: pytest.MonkeyPatch, room: int
) -> None:
    """Wherever the disk fills up in a record, it is in the file once, and the next one too."""
    disk = Disk(room)
    monkeypatch.setattr(os, "write", disk)
    spool.append(frame(b"torn"))
    disk.room = 1000
    spool.append(frame(b"next"))
    whole = [lines(spool).count(each) for each in (b"torn", b"next")]
    assert whole == [1, 1]


def test_memory_is_bounded(spool: FileSpool, monkeypatch: pytest.MonkeyPatch) -> None:
    """What does not fit into memory is dropped, counted, and is the newest."""
    monkeypatch.setattr(filespool, "OVERFLOW", 3)
    disk = Disk(room=0)
    monkeypatch.setattr(os, "write", disk)
    for number in range(5):
        spool.append(frame(b"%d" % number))
    assert spool.dropped == 2
    disk.room = 1000
    spool.settle()
    assert lines(spool) == [b"0", b"1", b"2"]


def test_what_threads_drop_at_once_is_counted_whole(
    spool: FileSpool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One thread at a time drops and counts, so that no two add one to the same number."""

    class Watched(deque[bytes]):
        def pop(self) -> bytes:  # type: ignore[override]  # only the newest is ever taken
            alone.append(spool._dropping.locked())
            return super().pop()

    alone: list[bool] = []
    monkeypatch.setattr(filespool, "OVERFLOW", 3)
    monkeypatch.setattr(os, "write", Disk(room=0))
    spool._overflow = Watched()
    threads = [threading.Thread(target=spool.append, args=(frame(b"x"),)) for _ in range(20)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert (spool.dropped, len(spool._overflow), alone) == (17, 3, [True] * 17)


def test_memory_that_others_are_about_to_empty_is_waited_for(
    spool: FileSpool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is too much only because another thread has the file at work is not dropped."""
    monkeypatch.setattr(filespool, "OVERFLOW", 3)
    monkeypatch.setattr(forks, "PATIENCE", 60.0)
    with spool._busy:
        for number in range(3):
            spool.append(frame(b"%d" % number))
        late = threading.Thread(target=spool.append, args=(frame(b"3"),))
        late.start()
        while len(spool._overflow) < 4:
            late.join(timeout=0.001)
    late.join()
    assert lines(spool) == [b"0", b"1", b"2", b"3"]
    assert spool.dropped == 0


@pytest.mark.parametrize("settle", [FileSpool.settle, lambda spool: spool._settle(60.0)])
def test_memory_that_another_thread_empties_first_is_no_error(
    spool: FileSpool, monkeypatch: pytest.MonkeyPatch, settle: Callable[[FileSpool], None]
) -> None:
    """Whoever gets its turn after the last record was written has nothing left to do."""

    class Slow:
        """A lock that another thread always gets first."""

        def __init__(self) -> None:
            self._lock = spool._busy

        def acquire(self, *, timeout: float) -> bool:
            monkeypatch.undo()
            elsewhere(spool)
            return self._lock.acquire(timeout=timeout)

        def release(self) -> None:
            self._lock.release()

    with spool._busy:
        spool.append(frame(b"ours"))
    monkeypatch.setattr(spool, "_busy", Slow())
    settle(spool)
    assert lines(spool) == [b"ours", b"theirs"]
    assert spool.waiting() == 0
    assert (spool.errors, spool.dropped) == (0, 0)


def test_a_folder_that_cannot_be_made_is_an_error_when_asked(tmp_path: Path) -> None:
    """Opening tells what is wrong; recording keeps the record and counts the error."""
    (tmp_path / "spool").write_text("not a folder")
    spool = FileSpool(tmp_path / "spool")
    with pytest.raises(FileExistsError):
        spool.open()
    spool.append(frame(b"one"))
    assert spool.errors == 1
    assert spool.waiting() == len(frame(b"one"))
    (tmp_path / "spool").unlink()
    spool.append(frame(b"two"))
    assert lines(spool) == [b"one", b"two"]


def test_opening_twice_opens_one_file(spool: FileSpool) -> None:
    """Asking whether a file can be opened changes nothing if there is one."""
    spool.open()
    spool.open()
    spool.append(frame(b"one"))
    assert len(spool.sources()) == 1


def test_a_sealed_file_gets_no_more_records(spool: FileSpool) -> None:
    """Records after sealing begin a new file, through the same descriptor."""
    spool.seal()
    spool.append(frame(b"one"))
    descriptor = spool._fd
    (old,) = spool.sources()
    assert spool.written(old)
    spool.seal()
    spool.seal()
    assert not spool.written(old)
    spool.append(frame(b"two"))
    (_, new) = spool.sources()
    assert spool._fd == descriptor
    assert (old.read(0, 99).data, new.read(0, 99).data) == (frame(b"one"), frame(b"two"))
    spool.drop(old)
    assert spool.sources() == (new,)
    assert old.size() == 0, "a file that was deleted has nothing"


def test_a_full_or_deleted_file_is_rotated(
    spool: FileSpool, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file is sealed when it has grown, or when it is not in its folder any more."""
    spool.rotate()
    spool.append(frame(b"one"))
    spool.rotate()
    (first,) = spool.sources()
    assert spool.written(first)
    monkeypatch.setattr(filespool, "ROTATE", 10)
    spool.rotate()
    assert not spool.written(first)
    monkeypatch.setattr(filespool, "ROTATE", 1000)
    spool.append(frame(b"two"))
    second = spool.sources()[1]
    (folder / f"{second.id}.spool").unlink()
    spool.rotate()
    assert not spool.written(second)
    assert lines(spool) == [b"one", b"two"], "what was deleted is still ours to read"


def test_a_record_that_meets_another_thread_at_work_waits(spool: FileSpool) -> None:
    """A writer never waits for a lock; its record is written by whoever is next."""
    with spool._busy:
        spool.append(frame(b"one"))
        assert spool.waiting()
    spool.append(frame(b"two"))
    assert lines(spool) == [b"one", b"two"]


def elsewhere(spool: FileSpool) -> None:
    """Record in another thread."""
    thread = threading.Thread(target=spool.append, args=(frame(b"theirs"),))
    thread.start()
    thread.join()


def test_a_record_that_meets_an_opening_is_written_by_it(
    spool: FileSpool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is left in memory by a file that took a while to be made: a kill would lose it."""
    create = SpoolFile.create

    def slowly(folder: Path, now: float) -> SpoolFile:
        monkeypatch.undo()
        elsewhere(spool)
        return create(folder, now)

    monkeypatch.setattr(SpoolFile, "create", slowly)
    spool.open()
    assert lines(spool) == [b"theirs"]
    assert spool.waiting() == 0


def test_a_record_that_meets_a_sealing_is_written_by_it(
    spool: FileSpool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same for a file that is just being sealed; the record begins the next one."""
    spool.append(frame(b"ours"))
    close = os.close

    def slowly(fd: int) -> None:
        monkeypatch.undo()
        elsewhere(spool)
        close(fd)

    monkeypatch.setattr(os, "close", slowly)
    spool.seal()
    assert lines(spool) == [b"ours", b"theirs"]
    assert len(spool.sources()) == 2


def test_a_record_that_meets_a_fork_is_written_after_it(spool: FileSpool) -> None:
    """A parent that goes on after a fork leaves nothing in memory."""
    spool.append(frame(b"ours"))
    spool.before_fork()
    spool._overflow.append(frame(b"earlier"))
    elsewhere(spool)
    spool.after_fork(child=False)
    assert lines(spool) == [b"ours", b"earlier", b"theirs"]


def test_a_child_begins_with_nothing(spool: FileSpool) -> None:
    """A forked child shares neither file nor lock nor records with its parent."""
    spool.append(frame(b"one"))
    (source,) = spool.sources()
    assert isinstance(source, SpoolFile)
    spool.before_fork()
    spool.after_fork(child=False)
    spool.append(frame(b"two"))
    assert lines(spool) == [b"one", b"two"]
    spool.before_fork()
    spool.after_fork(child=True)
    source.after_fork(child=False)
    assert source.fd >= 0
    source.after_fork(child=True)
    assert source.fd == -1
    assert spool.sources() == ()
    spool.append(frame(b"three"))
    assert lines(spool) == [b"three"]


def test_a_fork_does_not_wait_for_ever(spool: FileSpool, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fork goes on if a lock cannot be had, and the parent's lock stays its holder's."""
    monkeypatch.setattr("banditware.forks.PATIENCE", 0.001)
    with spool._busy:
        spool.before_fork()
        spool.after_fork(child=False)
        assert spool._busy.locked()


def test_a_file_is_begun_every_hour(folder: Path) -> None:
    """The thread does it, so that no request has to, and the old file gets no more records."""
    now = 7_199.0
    spool = FileSpool(folder, lambda: now)
    spool.append(frame(b"one"))
    spool.rotate()
    (old,) = spool.sources()
    now = 7_200.0
    spool.rotate()
    (_, new) = spool.sources()
    assert spool.written(new)
    spool.append(frame(b"two"))
    assert [hour_of(source.id) for source in spool.sources()] == [3_600, 7_200]
    assert (old.read(0, 99).data, new.read(0, 99).data) == (frame(b"one"), frame(b"two"))


def test_a_file_that_cannot_be_begun_waits_for_a_record(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An hour that begins with a full disk costs nothing that is recorded after it."""
    now = 7_199.0
    spool = FileSpool(folder, lambda: now)
    spool.append(frame(b"one"))
    now = 7_200.0
    with monkeypatch.context() as patched:
        patched.setattr(SpoolFile, "create", _no_space)
        spool.rotate()
        spool.append(frame(b"two"))
        assert spool.waiting()
    spool.settle()
    assert lines(spool) == [b"one", b"two"]
    assert [hour_of(source.id) for source in spool.sources()] == [3_600, 7_200]


def _no_space(folder: Path, now: float) -> SpoolFile:
    raise OSError(errno.ENOSPC, "no space")
