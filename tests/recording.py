"""Records and faults for the tests of counting."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from banditware.counts import Record, encode
from banditware.errors import StoreError
from banditware.filespool import FileSpool
from banditware.outbox import Outbox
from banditware.stores import Backup, Batch, Counts, Exchange, Mark, Store, Verdict
from banditware.stores.controls import ControlStore
from banditware.stores.parts import Copying
from banditware.stores.people import PeopleStore

LEDGER = "a@1"


def pull(arm: str = "x", ledger: str = LEDGER) -> bytes:
    """Return the record of a pull."""
    return encode(Record(ledger, "", {f"n/{arm}/0": 1}))


def reward(key: str, ledger: str = LEDGER) -> bytes:
    """Return the record of a reward that counts once."""
    return encode(Record(ledger, key, {"k/x/0/g": 1}))


def fields(store: Store, ledger: str = LEDGER) -> Mapping[str, float]:
    """Return a ledger's counts, or nothing if the store does not know it."""
    counts = store.exchange((), {ledger: 0}).counts
    return counts[ledger].fields if ledger in counts else {}


def kill(outbox: Outbox) -> None:
    """End the process that has this outbox: its files are closed, and nothing else happens."""
    if isinstance(outbox.spool, FileSpool):
        for file in outbox.spool._files:
            file.close()
        outbox.spool._close()


class Faulty:
    """A store that another process may get ahead of, and whose requests or answers get lost.

    Attributes:
        before: called before the next exchange that applies something, once.
        after: likewise, when it has been applied.
        released: how many spools were released.
        restored: how many ledgers were put back.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self.before: Callable[[], None] | None = None
        self.after: Callable[[], None] | None = None
        self.released = 0
        self.restored = 0
        self.url, self.shared, self.folder = store.url, store.shared, store.folder

    def check(self) -> None:
        """See `Store.check`."""
        self._store.check()

    def exchange(self, batches: Sequence[Batch], known: Mapping[str, int]) -> Exchange:
        """See `Store.exchange`."""
        if batches:
            before, self.before = self.before, None
            if before:
                before()
        answer = self._store.exchange(batches, known)
        if batches:
            after, self.after = self.after, None
            if after:
                after()
        return answer

    def aside(self, ledger: str) -> Mapping[str, float]:
        """See `Store.aside`."""
        return self._store.aside(ledger)

    def positions(self, spool: str) -> Mapping[str, int]:
        """See `Store.positions`."""
        return self._store.positions(spool)

    def release(self, spool: str) -> None:
        """See `Store.release`."""
        self.released += 1
        self._store.release(spool)

    def fold(self, ledger: str, moves: Mapping[str, str], expire: int | None) -> None:
        """See `Store.fold`."""
        self._store.fold(ledger, moves, expire)

    def ledgers(self) -> Mapping[str, int]:
        """See `Store.ledgers`."""
        return self._store.ledgers()

    def marks(self) -> Mapping[str, Mark]:
        """See `Store.marks`."""
        return self._store.marks()

    def back_up(self, ledger: str, kept: Mark) -> Backup | None:
        """See `Store.back_up`."""
        return self._store.back_up(ledger, kept)

    def restore(self, backup: Backup, floor: Mark) -> Verdict:
        """See `Store.restore`."""
        verdict = self._store.restore(backup, floor)
        self.restored += verdict is Verdict.RESTORED
        return verdict

    def people(self) -> PeopleStore:
        """See `Store.people`."""
        return self._store.people()

    def controls(self) -> ControlStore:
        """See `Store.controls`."""
        return self._store.controls()

    def copying(self) -> Copying | None:
        """See `Store.copying`."""
        return self._store.copying()

    def close(self) -> None:
        """See `Store.close`."""
        self._store.close()

    def fail(self) -> None:
        """Lose something on the way."""
        raise StoreError(self.url, "lost")


class Shown:
    """What was published.

    Attributes:
        counts: the newest counts by ledger.
        times: how often something was published.
        error: raised instead, if set.
    """

    def __init__(self) -> None:
        self.counts: dict[str, Counts] = {}
        self.times = 0
        self.error: Exception | None = None

    def __call__(self, changed: Mapping[str, Counts]) -> None:
        """Take new counts."""
        if self.error is not None:
            raise self.error
        self.counts.update(changed)
        self.times += 1

    def fields(self, ledger: str = LEDGER) -> dict[str, float]:
        """Return the newest fields of a ledger."""
        return dict(self.counts[ledger].fields) if ledger in self.counts else {}
