"""What this process recorded, and how far it has got into the store."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path

from banditware import forks
from banditware.adoption import locked
from banditware.drain import Drain
from banditware.filespool import FileSpool
from banditware.spool import MemorySpool, Source, Spool
from banditware.stores.base import Counts, Store

_log = logging.getLogger("banditware")


class Outbox(forks.ForkAware):
    """The process's own spool with a drain for each of its sources.

    Attributes:
        spool: where records go; in memory if there is no folder or it cannot be used.
        trouble: why records are kept in memory although there is a folder, or nothing.
        damaged: lines of retired sources that could not be read.
    """

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        self.trouble = ""
        self.damaged = 0
        self.spool: Spool = MemorySpool() if folder is None else FileSpool(folder)
        self._drains: dict[str, Drain] = {}
        self._settled: set[str] = set()
        forks.watch(self)

    def after_fork(self, *, child: bool) -> None:
        """See `ForkAware.after_fork`: the child has recorded nothing yet."""
        if child:
            self.damaged = 0
            self._drains = {}
            self._settled = set()

    def open(self) -> None:
        """Make sure that records can be kept: in memory, with a warning, if not on disk."""
        if not isinstance(self.spool, FileSpool):
            return
        try:
            self.spool.open()
        except OSError as error:
            self.trouble = f"{self.folder}: {error.strerror}"
            self.spool = MemorySpool()
            self.folder = None
            _log.warning(
                "records are kept in memory, not on disk, and a process that is killed loses those "
                "of its last refresh: the spool folder cannot be used: %s",
                self.trouble,
            )

    def flush(self, store: Store, known: Mapping[str, int]) -> dict[str, Counts] | None:
        """Apply everything that was recorded; see `Drain.run`."""
        self.spool.settle()
        self.spool.rotate()
        changed: dict[str, Counts] | None = None
        for source in self.spool.sources():
            final = source.id in self._settled
            answer = self._drain(source).run(store, known, final=final)
            if answer is not None:
                changed = {**(changed or {}), **answer}
        self._retire(store)
        return changed

    def _drain(self, source: Source) -> Drain:
        return self._drains.setdefault(source.id, Drain(source))

    def _retire(self, store: Store) -> None:
        """Delete the sources that were drained after the last write to them had ended."""
        for source in self.spool.sources():
            if self.spool.written(source):
                continue
            drain = self._drain(source)
            # A write that was under way while the source was sealed has ended one round later.
            if source.id not in self._settled or drain.cursor < source.size():
                self._settled.add(source.id)
                continue
            with locked(self.folder) as held:
                if held:
                    self._delete(store, source)

    def _delete(self, store: Store, source: Source) -> None:
        drain = self._drain(source)
        drain.rewind(store.positions(source.id))
        if drain.cursor < source.size():
            return  # The store lost something just now, and this is the last copy.
        self.damaged += self._drains.pop(source.id).damaged
        self._settled.discard(source.id)
        self.spool.drop(source)
        store.release(source.id)

    def verify(self, store: Store) -> None:
        """Ask the store where it stands, so that what it lost is applied again."""
        for drain in tuple(self._drains.values()):
            drain.rewind(store.positions(drain.source.id))

    def finish(self, store: Store) -> None:
        """Apply everything and leave nothing behind."""
        self.spool.seal()
        self.flush(store, {})
        self.flush(store, {})

    def own(self) -> frozenset[str]:
        """Return the ids of this process's sources."""
        return frozenset(source.id for source in self.spool.sources())

    def backlog(self) -> int:
        """Return the bytes that are not in the store yet."""
        drains = dict(self._drains)
        behind = (
            source.size() - (drains[source.id].cursor if source.id in drains else 0)
            for source in self.spool.sources()
        )
        return sum(max(0, size) for size in behind) + self.spool.waiting()

    def left(self) -> bool:
        """Return True if a source or a record would be left behind by ending now."""
        return any(source.size() for source in self.spool.sources()) or self.spool.waiting() > 0

    def damages(self) -> int:
        """Return the lines that could not be read."""
        return self.damaged + sum(drain.damaged for drain in tuple(self._drains.values()))
