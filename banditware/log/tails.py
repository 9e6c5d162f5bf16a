"""Reads the decision log where it was written, and what is added to it.

Files are rotated, compressed, pruned, and written anew where somebody is forgotten, all while they
are read. A file before keeps its number, so numbers say what was read; the file that is written to
is known by being the one of its name.
"""

from __future__ import annotations

import gzip
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Protocol

from banditware.log.settings import LogSettings, ToFile, ToLogger, ToStream
from banditware.log.sinks import UnusableError
from banditware.log.sinks.rotation import numbered


class Tail(Protocol):
    """The log at one place."""

    def read(self) -> Iterator[bytes]:
        """Yield the lines that were not yielded yet, the oldest first.

        Raises:
            OSError: they cannot be read.
            StoreError: the server cannot be reached.
        """
        ...

    def close(self) -> None:
        """Let go of what is open."""
        ...


def tail_of(place: LogSettings) -> Tail:
    """Return what reads the log at a place.

    Raises:
        UnusableError: nobody can read it there but the app.
    """
    if isinstance(place.to, ToFile):
        return FileTail(place.to.path)
    if isinstance(place.to, ToStream):
        from banditware.log.stream_tail import StreamTail  # noqa: PLC0415 - imports redis

        return StreamTail(place.to)
    name = place.to.name if isinstance(place.to, ToLogger) else place.to.function
    raise UnusableError(f"events that {name!r} gets are kept where it puts them: read them there")


class FileTail:
    """The log in a file and in those before it."""

    def __init__(self, path: Path) -> None:
        """Remember the path of the file that is written to."""
        self._path = path
        self._done = 0
        self._file: IO[bytes] | None = None
        self._begun = b""
        self._known: frozenset[bytes] = frozenset()

    def read(self) -> Iterator[bytes]:
        """See `Tail.read`; a line without an end waits for it."""
        while True:
            if self._file is not None:
                yield from self._rest(self._file)
                if self._is_current(self._file):
                    return
                # It got another name after it was read; nobody writes to it any more.
                yield from self._rest(self._file)
                self._leave(self._file)
            yield from self._before()
            try:
                self._file = _opened(self._path)
            except FileNotFoundError:
                return
            if any(number > self._done for number in numbered(self._path)):
                self.close()  # it was rotated just now, and is one of those before

    def close(self) -> None:
        """See `Tail.close`."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _is_current(self, file: IO[bytes]) -> bool:
        try:
            return os.path.samestat(os.fstat(file.fileno()), self._path.stat())
        except FileNotFoundError:
            return False

    def _rest(self, file: IO[bytes]) -> Iterator[bytes]:
        for line in file:
            whole = self._begun + line
            self._begun = b"" if whole.endswith(b"\n") else whole
            if not self._begun and whole not in self._known:
                yield whole

    def _leave(self, file: IO[bytes]) -> None:
        """Go on to the next file: the one that follows, or the same without what was erased."""
        self._known = frozenset()
        if any(number > self._done for number in numbered(self._path)):
            self._done += 1
        else:
            file.seek(0)
            self._known = frozenset(file)
        self._begun = b""
        self.close()

    def _before(self) -> Iterator[bytes]:
        """Yield the lines of the files before that were not read yet."""
        while later := sorted(set(numbered(self._path)) - set(range(self._done + 1))):
            self._done = later[0]
            yield from _whole(self._path, self._done)


def _whole(path: Path, number: int) -> Iterator[bytes]:
    """Yield the lines of a file before; it may be compressed or removed meanwhile."""
    while (found := numbered(path).get(number)) is not None:
        try:
            file = _opened(found)
        except FileNotFoundError:
            continue
        with file:
            yield from (line for line in file if line.endswith(b"\n"))
        return


def _opened(path: Path) -> IO[bytes]:
    opened: Any = gzip.open if path.suffix == ".gz" else open
    file: IO[bytes] = opened(path, "rb")
    return file
