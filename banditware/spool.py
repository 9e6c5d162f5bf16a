"""A process's own record of what is not in the store yet, in lines: see `banditware.framing`."""

from __future__ import annotations

import secrets
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import NamedTuple, Protocol

from banditware import forks

_HOUR = 3600


class Chunk(NamedTuple):
    """A stretch of a spool.

    Attributes:
        start: position of its first byte.
        data: whole lines.
        last: True if the spool ended there when it was read.
    """

    start: int
    data: bytes
    last: bool

    @property
    def end(self) -> int:
        """The position after its last byte."""
        return self.start + len(self.data)


class Drained(NamedTuple):
    """A spool that is in the store to its end, and kept in case the store loses it.

    Attributes:
        id: its id.
        size: how many bytes it has.
        positions: position by ledger, for the ledgers it has records of.
    """

    id: str
    size: int
    positions: Mapping[str, int]


class Source(Protocol):
    """What can be read as a spool."""

    @property
    def id(self) -> str:
        """The name under which stores keep its positions."""
        ...

    def read(self, position: int, limit: int, *, final: bool = False) -> Chunk:
        """Return the whole lines from `position` on, at most `limit` bytes.

        Args:
            position: where to begin, in bytes.
            limit: how much to read.
            final: nobody writes any more, so a last line without an end is whole or torn for good.
        """
        ...

    def discard(self, position: int) -> None:
        """Say that everything before `position` is in the store."""
        ...

    def size(self) -> int:
        """Return the position after the last byte."""
        ...


def new_id(now: float) -> str:
    """Return a name for a source that begins now; it tells the hour, in seconds since the epoch."""
    return f"{secrets.token_hex(8)}-{int(now) // _HOUR}"


def hour_of(id_: str) -> int:
    """Return the start of the hour in which a source began; 0 if its name does not tell."""
    _, sign, hours = id_.rpartition("-")
    return int(hours) * _HOUR if sign and hours.isdecimal() else 0


def of_another_hour(id_: str, now: float) -> bool:
    """Return True if a source began in another hour than the one that it is now."""
    return hour_of(id_) != int(now) // _HOUR * _HOUR


def cut(start: int, data: bytes, *, last: bool, final: bool) -> Chunk:
    """Return the chunk of whole lines at the beginning of what was read.

    Args:
        start: the position it was read from.
        data: what was read.
        last: the spool ended there.
        final: nobody writes any more.
    """
    if last and final:
        return Chunk(start, data, last)
    whole = data.rfind(b"\n") + 1
    # No record is as long as a chunk: a stretch without an end of line is damage to step over.
    return Chunk(start, data[: whole or (0 if last else len(data))], last)


class Spool(Protocol):
    """What a process records into: one source that is written, and older ones to be drained.

    Attributes:
        errors: how often a record could not be written at first.
        dropped: records that are lost, because there was no place left to keep them.
    """

    errors: int
    dropped: int

    def append(self, *records: bytes) -> None:
        """Keep records, which are framed; never raises OSError."""
        ...

    def settle(self) -> None:
        """Write what could not be written when it was recorded."""
        ...

    def rotate(self) -> None:
        """Begin a new source if this one is full, was deleted, or is of another hour."""
        ...

    def seal(self) -> None:
        """Let the next record begin a new source."""
        ...

    def sources(self) -> tuple[Source, ...]:
        """Return what may hold records, oldest first."""
        ...

    def written(self, source: Source) -> bool:
        """Return True if new records go to this source."""
        ...

    def drop(self, source: Source) -> None:
        """Delete a source that was sealed and drained."""
        ...

    def leave(self, source: Source) -> None:
        """Leave a source that was sealed and drained to other processes, where there are any."""
        ...

    def waiting(self) -> int:
        """Return the bytes that could not be written yet."""
        ...


class _Segment:
    """A source in memory, which keeps a number of bytes after they were discarded.

    Requests put records into a queue, which any number of threads may do at once, with the
    interpreter's lock or without; who reads moves them, in turn, to where positions are counted.

    Attributes:
        arrived: records as they stand in a spool.
    """

    def __init__(self, keep: int, now: float) -> None:
        self.id = new_id(now)
        self.arrived: deque[bytes] = deque()
        self._keep = keep
        self._base = 0
        self._buffer = bytearray()
        self._moving = threading.Lock()

    def _move(self) -> None:
        arrived = self.arrived
        while arrived:
            self._buffer += arrived.popleft()

    def read(self, position: int, limit: int, *, final: bool = False) -> Chunk:
        """See `Source.read`; what was discarded is gone, so reading begins after it."""
        with self._moving:
            self._move()
            start = max(position, self._base)
            data = bytes(self._buffer[start - self._base : start - self._base + limit])
        return cut(start, data, last=len(data) < limit, final=final)

    def discard(self, position: int) -> None:
        """See `Source.discard`."""
        with self._moving:
            # Memory is moved when it is given back, so this is not done for every few bytes.
            if position - self._base >= 2 * self._keep:
                del self._buffer[: max(0, position - self._keep - self._base)]
                self._base = max(position - self._keep, self._base)

    def size(self) -> int:
        """See `Source.size`."""
        with self._moving:
            self._move()
            return self._base + len(self._buffer)


class MemorySpool(forks.ForkAware):
    """A spool without a file: for stores that end with the process, and where no file can be kept.

    Nothing is lost while the process lives; what was not flushed ends with it. See `Spool`.
    """

    def __init__(self, keep: int = 0, clock: Callable[[], float] = time.time) -> None:
        """Begin.

        Args:
            keep: bytes to keep at least after they were applied, for a store that loses them.
            clock: seconds since the epoch.
        """
        self._keep = keep
        self._clock = clock
        self._begin()
        forks.watch(self)

    def _begin(self) -> None:
        self.errors = 0
        self.dropped = 0
        self._current = _Segment(self._keep, self._clock())
        self._segments = [self._current]

    def after_fork(self, *, child: bool) -> None:
        """See `ForkAware.after_fork`: what the parent recorded is the parent's to apply."""
        if child:
            self._begin()

    def append(self, *records: bytes) -> None:
        """See `Spool.append`."""
        self._current.arrived.extend(records)

    def settle(self) -> None:
        """See `Spool.settle`: memory can always be written."""

    def rotate(self) -> None:
        """See `Spool.rotate`: memory is given back as it is drained."""
        if of_another_hour(self._current.id, self._clock()):
            self.seal()

    def seal(self) -> None:
        """See `Spool.seal`."""
        self._current = _Segment(self._keep, self._clock())
        self._segments.append(self._current)

    def sources(self) -> tuple[Source, ...]:
        """See `Spool.sources`."""
        return tuple(self._segments)

    def written(self, source: Source) -> bool:
        """See `Spool.written`."""
        return source is self._current

    def drop(self, source: Source) -> None:
        """See `Spool.drop`."""
        self._segments = [segment for segment in self._segments if segment is not source]

    def leave(self, source: Source) -> None:
        """See `Spool.leave`: nobody else can see memory."""
        self.drop(source)

    def waiting(self) -> int:
        """See `Spool.waiting`."""
        return 0
