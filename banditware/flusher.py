"""The thread that carries records to the store and brings new counts back.

There is one per process. It starts with the first request, not with the import, because a process
may fork before it serves; a request never waits for a lock that is held while it talks to the
store; and it does not die of a store that is away: records wait in the spool meanwhile.
"""

from __future__ import annotations

import contextlib
import os
import random
import threading
import weakref
from collections.abc import Callable, Iterator, Mapping

from banditware import forks, hosting
from banditware.between import Between, arranged, attend
from banditware.breaker import Breaker
from banditware.control import CONTROLS
from banditware.counts import folds
from banditware.errors import StoreError
from banditware.flushing import Settings
from banditware.health import Health, Journal
from banditware.launching import Pace, close_at_exit, keep_turning, launch, within
from banditware.model import DAY
from banditware.outbox import Outbox
from banditware.pacing import LateError, considerate
from banditware.periods import Every
from banditware.stores.base import Counts, Store
from banditware.turns import spaced

__all__ = ["Every", "Flusher", "Health", "Settings"]

#: Seconds between two looks for spools of dead processes and for a store that lost something.
SWEEP = 30.0

#: Seconds between two foldings of one ledger.
FOLD = 60.0


class Flusher(forks.ForkAware):
    """Records what happened and keeps the store and the process's view of it current."""

    def __init__(
        self,
        store: Store,
        settings: Settings,
        *,
        ledgers: Callable[[], Mapping[str, float]],
        publish: Callable[[Mapping[str, Counts]], None],
    ) -> None:
        """Prepare; nothing is opened or started yet.

        Args:
            store: where counts are shared.
            settings: how to work.
            ledgers: tells which ledgers to read, with the attribution of each in seconds.
            publish: gets the ledgers that changed, with their new counts.
        """
        self._store = store
        self._settings = settings
        self._ledgers = ledgers
        self._publish = publish
        self._known: dict[str, int] = {}
        self._outbox = Outbox(settings.folder if store.shared else None, settings.clock)
        self._closed = False
        self._begin()
        forks.watch(self)
        close_at_exit(self)
        attend(self)

    def _begin(self) -> None:
        self._started = False
        self.between: Between | None = None
        self._thread: threading.Thread | None = None
        self._pace = Pace()
        self._stop = threading.Event()
        self._starting = threading.Lock()
        self._exchanging = threading.RLock()
        self._held: list[Callable[[], None]] = []
        self._sweep = Every(SWEEP)
        self._folding: dict[str, Every] = {}
        breaker = Breaker(self._settings.refresh, self._settings.generator or random.Random())
        self._journal = Journal(self._settings.clock, breaker)

    # -- the request path

    def record(self, record: bytes, *more: bytes) -> None:
        """Record what happened, all of it in one write; never waits for the store."""
        if not self._started:
            self.start()
        if more:
            self._outbox.spool.append(record, *more)
        else:  # as with every decision outside of requests
            self._outbox.spool.append(record)

    def start(self) -> bool:
        """Start this process's thread unless it runs; return False where it is too early."""
        if self._started:
            return True
        forks.heed()
        with self._starting:
            if not self._started:
                self._outbox.open()
                if hosting.loading():
                    return False
                if not self._closed:
                    self.between = arranged(self, self._pace, self._settings.refresh)
                self._started = True
        return True

    def launch(self) -> bool:
        """Start the thread, which `start` does; return False where none can be started."""
        rest = self._stop, self._pace, Flusher.idle, self._settings.refresh
        self._thread = launch(keep_turning, weakref.ref(self), *rest)
        return self._thread is not None

    # -- on demand

    def flush(self) -> None:
        """Apply what this process recorded, and publish what changed.

        Raises:
            StoreError: the store cannot be reached; the records wait.
        """
        with self._talking():
            self._exchange(apply=True)

    def refresh(self) -> None:
        """Publish what changed in the store.

        Raises:
            StoreError: the store cannot be reached.
        """
        with self._talking():
            self._exchange(apply=False)

    def drain_all(self) -> None:
        """Apply what every process of this machine recorded, and publish what changed.

        Raises:
            StoreError: the store cannot be reached.
        """
        with self._talking():
            self._journal.damaged += self._outbox.drain_all(self._store, self._ledgers())
            self._exchange(apply=True)

    def close(self, timeout: float = 1.0) -> None:
        """Stop, after a last flush. What it cannot do in time is left to other processes.

        What is recorded afterwards is kept in a spool that the next process finds.

        Args:
            timeout: seconds to wait.
        """
        self._closed = True
        self._started = False
        thread, self._thread = self._thread, None
        self._stop.set()
        if thread is not None:
            thread.join(timeout)
        elif self._outbox.left():
            within(timeout, self.finish)

    def health(self) -> Health:
        """Return how this process's counting is."""
        outbox, journal = self._outbox, self._journal
        return Health(
            pid=os.getpid(),
            started=self._thread is not None and self._thread.is_alive(),
            store=self._store.url,
            reachable=journal.reachable,
            last_flush=journal.last_flush,
            last_failure=journal.last_failure,
            last_error=journal.last_error,
            counts_age=journal.counts_age(),
            failures=journal.breaker.failures,
            flush_errors=journal.flush_errors,
            publish_errors=journal.publish_errors,
            backlog_bytes=outbox.backlog(),
            trouble=outbox.trouble,
            spool_errors=outbox.spool.errors,
            dropped=outbox.spool.dropped,
            damaged=outbox.damages() + journal.damaged,
        )

    # -- in the thread

    def turn(self) -> float:
        """Do one round of the thread; return the seconds until the next. Never raises."""
        try:
            with self._talking():
                self._fold(self._exchange(apply=True))
                if self._sweep.due(self._settings.clock()):
                    self._clean()
        except LateError:
            return self._settings.refresh
        except Exception as error:  # noqa: BLE001 - whatever it was, counting has to go on
            self._journal.warn("the store could not be updated, records wait in the spool", error)
        return self._journal.breaker.pause()

    def idle(self) -> None:
        """Look, in a long pause, at what changed outside of the store. Never raises."""
        with self._exchanging:
            self._settings.look()

    def finish(self) -> None:
        """Do the last round of the thread. Never raises."""
        try:
            with self._talking():
                self._exchange(apply=True)
                self._clean()
                self._outbox.finish(self._store)
        except Exception as error:  # noqa: BLE001 - nobody is left to handle it
            self._journal.warn("the last records are left to other processes", error)

    @contextlib.contextmanager
    def _talking(self) -> Iterator[None]:
        """One thread at a time, errors counted, those of files told as those of the store."""
        forks.heed()
        with self._exchanging, considerate():
            try:
                yield
            except LateError:
                raise
            except Exception as error:
                self._journal.failed(error)
                if isinstance(error, OSError):
                    raise StoreError(self._store.url, str(error)) from error
                raise
            self._journal.succeeded()

    def _exchange(self, *, apply: bool) -> Mapping[str, Counts]:
        self._settings.look()
        ledgers = (*self._ledgers(), CONTROLS)
        self._known = known = {ledger: self._known.get(ledger, 0) for ledger in ledgers}
        changed: Mapping[str, Counts] | None = None
        if apply:
            changed = self._outbox.flush(self._store, known)
        if changed is None:
            changed = self._store.exchange((), known).counts
        if any(counts.version < known[ledger] for ledger, counts in changed.items()):
            self._outbox.verify(self._store, self._ledgers())
        if changed:
            self._show(changed)
        return changed

    def _show(self, changed: Mapping[str, Counts]) -> None:
        try:
            self._publish(changed)
        except Exception as error:  # noqa: BLE001 - a mistake there must not stop the counting
            self._journal.unused(error)
            self._journal.warn("new counts could not be used", error)
        else:
            self._known.update({ledger: counts.version for ledger, counts in changed.items()})

    def _fold(self, changed: Mapping[str, Counts]) -> None:
        """Keep ledgers small: nobody asks for the single cohorts of long ago."""
        now = self._settings.clock()
        for ledger, attribution in spaced(self._ledgers().items(), 16):
            if ledger in changed and self._folding.setdefault(ledger, Every(FOLD)).due(now):
                moves = folds(changed[ledger].fields, int(now - attribution - DAY))
                self._store.fold(ledger, moves, int(now - attribution - 2 * DAY))

    def _clean(self) -> None:
        now = self._settings.clock()
        self._journal.damaged += self._outbox.sweep(self._store, self._ledgers(), now)

    # -- around forks

    def before_fork(self) -> None:
        """See `ForkAware`: a child must not be born in the middle of an exchange."""
        for lock in (self._starting, self._exchanging):
            if lock.acquire(timeout=forks.PATIENCE):
                self._held.append(lock.release)

    def after_fork(self, *, child: bool) -> None:
        """See `ForkAware`: the child has no thread and has recorded nothing."""
        if child:
            self._begin()
            return
        while self._held:
            self._held.pop()()
