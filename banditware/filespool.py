"""The spool on disk: what a process has recorded outlives it, however it ends.

Each process appends to a file of its own, `ID.spool`, and holds a lock on it; a file that can be
locked has no owner any more and is anybody's to drain (see `banditware.adoption`).
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from pathlib import Path

from banditware import forks
from banditware.spool import Chunk, Source, cut, new_id, of_another_hour

#: Records kept in memory while the disk takes none.
OVERFLOW = 10_000

#: Size at which a new file is begun. A file is kept while it is written and for a while after.
ROTATE = 4 << 20

SUFFIX = ".spool"


class Handle(forks.ForkAware):
    """An open file with a lock; a forked child gives up its copy, so that the lock ends with us.

    Attributes:
        path: where the file is.
    """

    def __init__(self, path: Path, flags: int) -> None:
        self.fd = -1
        self.path = path
        self.fd = os.open(path, flags | os.O_CLOEXEC, 0o600)
        forks.watch(self)

    def claim(self) -> bool:
        """Take the lock; return False if somebody else has it."""
        try:
            fcntl.flock(self.fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def close(self) -> None:
        """Close the file, once."""
        fd, self.fd = self.fd, -1
        if fd >= 0:
            os.close(fd)

    def __del__(self) -> None:
        self.close()

    def after_fork(self, *, child: bool) -> None:
        """See `ForkAware.after_fork`."""
        if child:
            self.close()


class SpoolFile(Handle):
    """One file of records, our own or another process's. See `Source`."""

    @property
    def id(self) -> str:
        """See `Source.id`."""
        return self.path.name[: -len(SUFFIX)]

    @classmethod
    def create(cls, folder: Path, now: float = 0.0) -> SpoolFile:
        """Return a new file that is locked by us, in a folder that is made if need be.

        Args:
            folder: the folder.
            now: seconds since the epoch.

        Raises:
            OSError: the folder cannot be written, or knows no locks.
        """
        folder.mkdir(mode=0o700, exist_ok=True)
        while True:
            path = folder / f"{new_id(now)}{SUFFIX}"
            file = cls(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_APPEND)
            # Until it is locked it looks like a dead process's, and may be taken and deleted.
            if file.claim() and not file.gone():
                return file
            file.close()

    def gone(self) -> bool:
        """Return True if the file was deleted."""
        return os.fstat(self.fd).st_nlink == 0

    def read(self, position: int, limit: int, *, final: bool = False) -> Chunk:
        """See `Source.read`."""
        data = os.pread(self.fd, limit, position)
        return cut(position, data, last=len(data) < limit, final=final)

    def discard(self, position: int) -> None:
        """See `Source.discard`: a file keeps everything, for a store that loses what it had."""

    def size(self) -> int:
        """See `Source.size`; a file that was closed meanwhile has nothing."""
        try:
            return os.fstat(self.fd).st_size
        except OSError:
            return 0


class FileSpool(forks.ForkAware):
    """A process's own spool on disk. See `Spool`.

    A record costs one write to a descriptor whose number never changes. Where it leads does: to
    nowhere before the first record and after `seal`, and then the record that fails to be written
    opens a new file. Redirecting a descriptor is atomic, so a writer needs no lock.

    Attributes:
        errors: how often a record could not be written at first.
        dropped: records that are lost, because the disk was full for longer than memory lasts.
    """

    def __init__(self, folder: Path, clock: Callable[[], float] = time.time) -> None:
        self._fd = -1
        self._folder = folder
        self._clock = clock
        self._begin()
        forks.watch(self)

    def _begin(self) -> None:
        self.errors = 0
        self.dropped = 0
        self._files: list[SpoolFile] = []
        self._current: SpoolFile | None = None
        self._overflow: deque[bytes] = deque()
        self._busy = threading.Lock()
        self._dropping = threading.Lock()
        self._held = False

    def __del__(self) -> None:
        self._close()

    def _close(self) -> None:
        fd, self._fd = self._fd, -1
        if fd >= 0:
            os.close(fd)

    def before_fork(self) -> None:
        """See `ForkAware`."""
        self._held = self._busy.acquire(timeout=forks.PATIENCE)

    def after_fork(self, *, child: bool) -> None:
        """See `ForkAware`: the child begins a file of its own."""
        if child:
            self._close()
            self._begin()
        elif self._held:
            self._busy.release()
            self.settle()

    def append(self, *records: bytes) -> None:
        """See `Spool.append`."""
        written = 0
        if not self._overflow:
            data = b"".join(records)
            try:
                written = os.write(self._fd, data)
            except OSError:
                pass
            else:
                # Only the end of line may be missing: the next record begins with one.
                if written >= len(data) - 1:
                    return
        self._keep(records, written)

    def _keep(self, records: Iterable[bytes], written: int) -> None:
        """Keep those of the records in memory that are not whole in the bytes written."""
        end = 0
        for record in records:
            end += len(record)
            if written < end - 1:
                self._overflow.append(record)
        self._settle()
        if len(self._overflow) > OVERFLOW:
            # Perhaps only because threads record faster than one of them writes, or forks.
            self._settle(forks.PATIENCE)
            with self._dropping:  # several threads get here at once where the disk is full
                while len(self._overflow) > OVERFLOW:
                    self._overflow.pop()
                    self.dropped += 1

    def settle(self) -> None:
        """See `Spool.settle`; returns at once if another thread is doing it."""
        self._settle()

    def _settle(self, patience: float = 0.0) -> None:
        while self._overflow and self._busy.acquire(timeout=patience):
            try:
                if not self._write_oldest():
                    return
            finally:
                self._busy.release()

    def _write_oldest(self) -> bool:
        if not self._overflow:  # another thread wrote it while we waited for our turn
            return False
        try:
            self._write(self._overflow[0])
        except OSError:
            self.errors += 1
            return False
        self._overflow.popleft()
        return True

    def _write(self, data: bytes) -> None:
        try:
            written = os.write(self._fd, data)
        except OSError as error:
            if error.errno != errno.EBADF:
                raise
            self._begin_file()
            written = os.write(self._fd, data)
        if written < len(data) - 1:
            raise OSError(errno.ENOSPC, "the record was not written whole")

    def _begin_file(self) -> None:
        file = SpoolFile.create(self._folder, self._clock())
        if self._fd < 0:
            self._fd = os.dup(file.fd)
        else:
            os.dup2(file.fd, self._fd, inheritable=False)
        self._files.append(file)
        self._current = file

    def open(self) -> None:
        """Begin a file now, to see whether it can be done.

        Raises:
            OSError: it cannot.
        """
        with self._busy:
            if self._current is None:
                self._begin_file()
        self.settle()  # what others left to us meanwhile

    def rotate(self) -> None:
        """See `Spool.rotate`."""
        current = self._current
        if current is None:
            return
        if current.size() >= ROTATE or current.gone():
            self.seal()
        elif of_another_hour(current.id, self._clock()):
            self.seal()
            with contextlib.suppress(OSError):  # a record tries again
                self.open()  # here, so that no request has to

    def seal(self) -> None:
        """See `Spool.seal`; a write that is in the kernel by now still goes to the old file."""
        with self._busy:
            if self._current is not None:
                nowhere = os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)
                os.dup2(nowhere, self._fd, inheritable=False)
                os.close(nowhere)
                self._current = None
        self.settle()  # as in `open`

    def sources(self) -> tuple[Source, ...]:
        """See `Spool.sources`."""
        return tuple(self._files)

    def written(self, source: Source) -> bool:
        """See `Spool.written`."""
        return source is self._current

    def drop(self, source: Source) -> None:
        """See `Spool.drop`."""
        for file in [file for file in self._files if file is source]:
            file.path.unlink(missing_ok=True)
            self.leave(file)

    def leave(self, source: Source) -> None:
        """See `Spool.leave`: a file that is not locked is anybody's."""
        for file in [file for file in self._files if file is source]:
            file.close()
            self._files.remove(file)

    def waiting(self) -> int:
        """See `Spool.waiting`."""
        return sum(map(len, tuple(self._overflow)))
