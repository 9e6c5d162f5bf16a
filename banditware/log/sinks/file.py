"""Events as lines of a file that many processes write to, and that is rotated.

Whoever writes has locked the file, and looked whether it still is the one of that name: so every
line is whole, and a file that was rotated is not written to any more. Files before are named
`NAME.1`, `NAME.2` and so on, the newest having the highest number, and keep their names.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import time
from collections.abc import Iterator, Sequence
from itertools import accumulate
from pathlib import Path

from banditware.events.writing import Written
from banditware.launching import launch
from banditware.log.settings import ToFile
from banditware.log.sinks.base import Refuse
from banditware.log.sinks.rotation import compress, next_name, prune

#: Seconds to wait for another process that has the file.
PATIENCE = 0.25

#: Seconds between two looks whether it still has.
_PAUSE = 0.002

#: Readable by the group, because programs that ship logs are in it, and by nobody else.
_MODE = 0o640

_FLAGS = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC


class FileSink:
    """Appends to a file and rotates it. Opens it for every write: nothing is kept open."""

    def __init__(self, to: ToFile) -> None:
        self._to = to

    def write(self, events: Sequence[Written], refuse: Refuse) -> int:  # noqa: ARG002  # see Sink
        """See `Sink.write`: on a full disk, those that fitted are done.

        Raises:
            OSError: the file cannot be written to, or another process keeps it for too long.
        """
        lines = [each.text.encode() + b"\n" for each in events]
        size = sum(map(len, lines))
        while True:
            with self._opened() as file:
                if file is None:
                    continue
                there = os.fstat(file).st_size
                if not there or there + size <= self._to.rotate:
                    return _append(file, lines, there)
                self._rotate()

    def close(self) -> None:
        """See `Sink.close`."""

    @contextlib.contextmanager
    def _opened(self) -> Iterator[int | None]:
        """Open and lock the file; None if it was rotated meanwhile."""
        path = self._to.path
        path.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(path, _FLAGS, _MODE)
        try:
            _lock(file)
            yield file if _is_at(file, path) else None
        finally:
            # Closing alone would not unlock, if a fork copied it just now.
            fcntl.flock(file, fcntl.LOCK_UN)
            os.close(file)

    def _rotate(self) -> None:
        """Give the file, which is locked, the name of one before."""
        path, keep = self._to.path, self._to.keep
        before = next_name(path)
        path.rename(before)
        prune(path, keep)
        if self._to.compress and launch(compress, before) is None:
            compress(before)


def _lock(file: int) -> None:
    end = time.monotonic() + PATIENCE
    while not _locked(file):
        if time.monotonic() > end:
            raise OSError(errno.EAGAIN, "another process keeps the file locked")
        time.sleep(_PAUSE)


def _locked(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_at(file: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file), path.stat())
    except FileNotFoundError:
        return False


def _append(file: int, lines: Sequence[bytes], there: int) -> int:
    """Write lines in one go; return how many are whole.

    Raises:
        OSError: none is.
    """
    # Who was killed, or had no more room, has left part of a line.
    torn = there > 0 and os.pread(file, 1, there - 1) != b"\n"
    mend = b"\n" if torn else b""
    count = os.write(file, mend + b"".join(lines)) - len(mend)
    ends = [end for end in accumulate(map(len, lines)) if end <= count]
    if len(ends) < len(lines):
        os.ftruncate(file, there + len(mend) + ends[-1] if ends else there)
    if not ends:
        raise OSError(errno.ENOSPC, "there is no room for a line")
    return len(ends)
