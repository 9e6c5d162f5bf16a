"""What this process recorded, and how far it has got into the store."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from banditware import forks
from banditware.adoption import PATIENCE, Orphans, locked
from banditware.dating import HOUR, aged
from banditware.drain import Drain
from banditware.errors import StoreError
from banditware.filespool import FileSpool
from banditware.keeping import ENOUGH, Keeper
from banditware.periods import Every
from banditware.spool import Drained, MemorySpool, Source, Spool
from banditware.stores.base import Counts, Store
from banditware.turns import spaced

#: Bytes that a process keeps in memory after they were applied, where it has no folder.
IN_MEMORY = 1 << 20

_log = logging.getLogger("banditware")


class Outbox(forks.ForkAware):
    """The process's own spool with a drain for each of its sources.

    Attributes:
        spool: where records go; in memory if there is no folder or it cannot be used.
        trouble: why records are kept in memory although there is a folder, or nothing.
        damaged: lines of retired sources that could not be read.
        folder: where spools and backups are, or None.
    """

    def __init__(self, folder: Path | None, clock: Callable[[], float] = time.time) -> None:
        self.trouble = ""
        self.damaged = 0
        self._clock = clock
        self._ageing = Every(HOUR)
        self.spool: Spool = FileSpool(folder, clock) if folder else MemorySpool(clock=clock)
        self._drains: dict[str, Drain] = {}
        self._settled: set[str] = set()
        self._share(folder)
        forks.watch(self)

    def _share(self, folder: Path | None) -> None:
        self.folder = folder
        self._orphans = Orphans(folder) if folder is not None else None
        self._keeper = Keeper(folder) if folder is not None else None

    def after_fork(self, *, child: bool) -> None:
        """See `ForkAware.after_fork`: the child has recorded nothing yet."""
        if child:
            self.damaged = 0
            self._drains = {}
            self._settled = set()
            self._share(self.folder)

    def open(self) -> None:
        """Make sure that records can be kept: in memory, with a warning, if not on disk."""
        if not isinstance(self.spool, FileSpool):
            return
        try:
            self.spool.open()
        except OSError as error:
            self.trouble = f"{self.folder}: {error.strerror}"
            self.spool = MemorySpool(IN_MEMORY, self._clock)
            self._share(None)
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
        """Find the sources that were drained after the last write to them had ended."""
        for source in self.spool.sources():
            if self.spool.written(source) or self._drained(source):
                continue
            # A write that was under way while the source was sealed has ended one round later.
            self._settled.add(source.id)
        if self.folder is None:
            for source in filter(self._drained, self.spool.sources()):
                self._delete(store, source)

    def _drained(self, source: Source) -> bool:
        return source.id in self._settled and self._drain(source).cursor >= source.size()

    def _delete(self, store: Store, source: Source) -> None:
        self._drain(source).rewind(store.positions(source.id))
        if self._drained(source):  # If not, the store lost something and this is the last copy.
            self._forget(source)
            self.spool.drop(source)
            store.release(source.id)

    def _forget(self, source: Source) -> None:
        self.damaged += self._drains.pop(source.id).damaged
        self._settled.discard(source.id)

    # -- what the store may lose

    def verify(self, store: Store, ledgers: Iterable[str] = ()) -> None:
        """Put back what the store lost of these ledgers, and what is in spools apply again."""
        with locked(self.folder) as held:
            self._restore(store, ledgers, held=held)

    def _restore(self, store: Store, ledgers: Iterable[str], *, held: bool) -> None:
        if self._keeper and held:
            self._keeper.guard(store, ledgers)
        for drain in tuple(self._drains.values()):
            drain.rewind(store.positions(drain.source.id))

    def sweep(self, store: Store, ledgers: Iterable[str], now: float) -> int:
        """Verify, apply what dead processes left, back up, and delete what is not needed any more.

        Where no backups are made, what is old of a history is folded here, once an hour.

        Args:
            store: where counts are.
            ledgers: which of them to put back if they are lost.
            now: seconds since the epoch.

        Returns:
            the number of damaged lines of dead processes.

        Raises:
            StoreError: the store cannot be reached.
            OSError: something cannot be written.
        """
        if self._keeper is None and self._ageing.due(now):
            for ledger in spaced(ledgers):
                if moves := aged(store.aside(ledger), now):
                    store.fold(ledger, moves, None)
        with locked(self.folder) as held:
            self._restore(store, ledgers, held=held)
            if not (self._keeper and self._orphans and held):
                return 0
            damaged = self._orphans.drain(store, own=self.own())
            own = {each.id: each for each in self.spool.sources() if self._drained(each)}
            drained = [Drained(i, s.size(), self._drains[i].positions) for i, s in own.items()]
            drained += self._orphans.drained()
            for spool in self._keeper.spent(drained):
                if spool.id in own:
                    self._delete(store, own[spool.id])
                else:
                    self._orphans.delete(store, spool)
            self._keeper.renew(store, now, eager=sum(each.size for each in drained) > ENOUGH)
        return damaged

    def drain_all(self, store: Store, ledgers: Iterable[str] = ()) -> int:
        """Apply what any process of this machine has written; see `sweep`.

        Raises:
            StoreError: the store cannot be reached, or others drain for longer than is bearable.
        """
        if self._orphans is None or not self._orphans.folder.is_dir():
            return 0
        with locked(self.folder, PATIENCE) as held:
            if not held:
                raise StoreError(
                    store.url, f"other processes keep draining {self.folder}; try again"
                )
            self._restore(store, ledgers, held=held)
            return self._orphans.drain(store, own=self.own(), living=True)

    def finish(self, store: Store) -> None:
        """Apply everything and leave nothing open; what the store may lose is left to others."""
        self.spool.seal()
        self.flush(store, {})
        self.flush(store, {})
        for source in filter(self._drained, self.spool.sources()):
            self._forget(source)
            if source.size():
                self.spool.leave(source)
            else:
                self.spool.drop(source)

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
