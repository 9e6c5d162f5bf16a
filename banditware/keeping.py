"""What a machine keeps in case the store loses it: when backups are made, and when put back.

No spool is deleted before the older of two backups holds all of it. So a store that contains that
backup can be made whole from spools, and one that does not gets the newest backup, and the rest
from spools. It does not matter what happened to the store: wiped, restarted from an old file, gone
over to a replica that lagged, or robbed of a single ledger.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timezone
from pathlib import Path

from banditware.backups import Backups, Kept
from banditware.dating import HOUR, aged
from banditware.errors import StoreError
from banditware.periods import Every
from banditware.spool import Drained
from banditware.stores.base import Backup, Mark, Store, Verdict, contains
from banditware.turns import spaced

#: Seconds between two backups of a ledger that changes, and so the least for which a spool is kept
#: after it was applied.
INTERVAL = 60.0

#: Seconds between two backups while `ENOUGH` is exceeded. Each worker of a machine looks.
EAGER = INTERVAL / 2

#: Spools for which this holds: a backup holds the position of every worker's, and every machine
#: makes backups, so that a fleet with more of them makes each less often.
SPOOLS = 1_000

#: Bytes of drained spools that may be kept without making backups more often.
ENOUGH = 16 << 20

#: Bytes of drained spools that are kept at most, even if no backup could be made of them.
MOST = 256 << 20

_log = logging.getLogger("banditware")


class Keeper:
    """Makes backups in one folder and puts them back. Only who holds its lock may call it."""

    def __init__(self, folder: Path) -> None:
        self._files = Backups(folder)
        self._covered: dict[str, Mapping[str, int]] = {}
        self._hourly = Every(HOUR)

    def guard(self, store: Store, ledgers: Iterable[str]) -> None:
        """Put back what the store lost of these ledgers.

        Raises:
            StoreError: the store cannot be reached.
        """
        kept = {ledger: self._files.kept(ledger) for ledger in spaced(ledgers)}
        if not any(kept.values()):
            return
        marks = store.marks()
        for ledger, files in spaced(kept.items()):
            if files is not None and not contains(marks.get(ledger), files.newest.mark):
                self._restore(store, ledger, files)

    def _restore(self, store: Store, ledger: str, files: Kept) -> None:
        backup = self._files.load(ledger)
        if backup is None:
            return
        verdict = store.restore(backup, (files.floor or files.newest).mark)
        written = datetime.fromtimestamp(files.newest.time, timezone.utc).isoformat(" ", "seconds")
        if verdict is Verdict.RESTORED:
            _log.warning(_RESTORED, store.url, ledger, written, self._files.folder)
        elif verdict is Verdict.BEHIND:
            self._files.drop(ledger, older=False)
        elif verdict is Verdict.OTHER:
            self._files.drop(ledger, older=True)
            _log.warning(_GIVEN_UP, store.url, ledger, written)

    def renew(self, store: Store, now: float, *, eager: bool = False) -> None:
        """Back up the ledgers that changed, and fold what is old of histories.

        A backup has all fields in hand, so that nobody has to read them for that alone. Of those
        that rest, one is read in an hour.

        Args:
            store: what to back up.
            now: seconds since the epoch.
            eager: wait for `EAGER` only, instead of `INTERVAL`.

        Raises:
            StoreError: the store cannot be reached, or a backup cannot be written.
        """
        trouble = ""
        marks = {name: mark for name, mark in store.marks().items() if "/" not in name}
        kept = {ledger: self._files.kept(ledger) for ledger in spaced(marks)}
        due = [name for name in marks if _due(kept[name], marks[name], now, eager=eager)]
        for ledger in spaced(due):
            files, mark = kept[ledger], marks[ledger]
            # A machine that is new to a ledger waits: another one may be about to restore it.
            unknown = Backup(ledger, mark._replace(number=0, version=-1), {}, {})
            backup = store.back_up(ledger, files.newest.mark) if files else unknown
            try:
                if backup is not None:
                    self._files.write(backup, now)
            except OSError as error:
                trouble = f"no backup of {ledger} in {self._files.folder}: {error.strerror}"
            if backup is not None:
                _fold(store, ledger, backup.fields, now)
        resting = sorted(marks.keys() - {*due})
        if resting and self._hourly.due(now):
            ledger = resting[int(now) % len(resting)]
            _fold(store, ledger, store.aside(ledger), now)
        if trouble:
            raise StoreError(store.url, trouble)

    def spent(self, drained: Sequence[Drained]) -> Iterator[Drained]:
        """Yield the spools that may be deleted: those that are in backups, and what is too much.

        Args:
            drained: spools that were drained, oldest first.
        """
        self._covered = {}
        size = sum(spool.size for spool in drained)
        for spool in drained:
            if size > MOST or self._covers(spool):
                size -= spool.size
                yield spool

    def _covers(self, spool: Drained) -> bool:
        return all(
            self._positions(ledger).get(spool.id, 0) >= position
            for ledger, position in spool.positions.items()
        )

    def _positions(self, ledger: str) -> Mapping[str, int]:
        if ledger not in self._covered:
            self._covered[ledger] = self._files.positions(ledger)
        return self._covered[ledger]


_RESTORED = (
    "%s had lost counts of %s: put back those of %s, what was recorded since follows from spools; "
    "to begin anew on purpose, change the experiment's version, or delete %s too"
)
_GIVEN_UP = (
    "%s has begun %s anew and gone on for too long to put back the counts of %s; those are lost"
)


def _fold(store: Store, ledger: str, fields: Iterable[str], now: float) -> None:
    if moves := aged(fields, now):
        store.fold(ledger, moves, None)


def _due(files: Kept | None, mark: Mark, now: float, *, eager: bool) -> bool:
    if files is None:
        return True
    newest, floor = files
    rest = (EAGER if eager else INTERVAL) * max(1.0, newest.spools / SPOOLS)
    if newest.time <= now < newest.time + rest:
        return False
    # What does not change needs two backups that hold it, so that its spools can be deleted.
    return (
        mark.version != newest.mark.version or floor is None or floor.mark.version != mark.version
    )
