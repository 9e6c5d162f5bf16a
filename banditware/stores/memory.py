"""`memory://`: counts of one process, gone with it. For tests, trials and single workers."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from banditware import forks
from banditware.control import CONTROLS
from banditware.stores.base import (
    DUPLICATE,
    LEAP,
    NAME,
    TRAIL,
    Backup,
    Batch,
    Counts,
    Exchange,
    Mark,
    Verdict,
    cohort_of,
    contains,
    judge,
)
from banditware.stores.memory_controls import MemoryControls
from banditware.stores.memory_people import MemoryPeople
from banditware.stores.parts import NOTE, split
from banditware.turns import spaced


@dataclass(slots=True)
class _Ledger:
    version: int = 0
    fields: dict[str, float] = field(default_factory=dict)
    aside: dict[str, float] = field(default_factory=dict)
    positions: dict[str, int] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    origin: str = field(default_factory=lambda: secrets.token_hex(8))
    number: int = 0
    trail: str = ""

    @property
    def mark(self) -> Mark:
        return Mark(self.origin, self.number, self.version, self.trail)

    def add(self, deltas: Mapping[str, float]) -> None:
        for name, delta in deltas.items():
            fields = self.aside if name.startswith(NOTE) else self.fields
            fields[name] = fields.get(name, 0) + delta

    def apply(self, batch: Batch) -> int:
        stored = self.positions.get(batch.spool, 0)
        if stored != batch.start:
            return stored
        self.add(batch.deltas)
        for key, deltas in batch.once:
            self.add({DUPLICATE: 1} if key in self.seen else deltas)
            self.seen.add(key)
        self.positions[batch.spool] = batch.end
        self.version += 1
        return batch.end

    def read(self) -> Counts:
        return Counts(self.version, MappingProxyType(dict(self.fields)))


class MemoryStore(forks.ForkAware):
    """Counts in dictionaries.

    Attributes:
        url: always `memory://`.
        shared: False.
        folder: None.
    """

    url = "memory://"
    shared = False
    folder: Path | None = None

    def __init__(self) -> None:
        self._ledgers: dict[str, _Ledger] = {}
        self._lock = threading.Lock()
        self._people = MemoryPeople()
        self._controls = MemoryControls()
        self._held = False
        forks.watch(self)

    def before_fork(self) -> None:
        """See `ForkAware`."""
        self._held = self._lock.acquire(timeout=forks.PATIENCE)

    def after_fork(self, *, child: bool) -> None:
        """See `ForkAware`."""
        if child:
            self._lock = threading.Lock()
            self._people.renew()
            self._controls.renew()
        elif self._held:
            self._lock.release()

    def check(self) -> None:
        """See `Store.check`: there is nothing that could be wrong."""

    def exchange(self, batches: Sequence[Batch], known: Mapping[str, int]) -> Exchange:
        """See `Store.exchange`."""
        positions = {batch.ledger: self._apply(batch) for batch in spaced(batches, 8)}
        every = ((name, self._changed(name, known[name])) for name in spaced(known, 64))
        return Exchange(positions, {name: counts for name, counts in every if counts})

    def _apply(self, batch: Batch) -> int:
        with self._lock:
            return self._ledgers.setdefault(batch.ledger, _Ledger()).apply(batch)

    def _changed(self, ledger: str, known: int) -> Counts | None:
        with self._lock:
            return self._read(ledger) if self._version(ledger) != known else None

    def _read(self, ledger: str) -> Counts:
        if ledger == CONTROLS:
            return Counts(self._controls.kept.version, MappingProxyType({}))
        return self._ledgers.get(ledger, _Ledger()).read()

    def _version(self, ledger: str) -> int:
        if ledger == CONTROLS:
            return self._controls.kept.version
        return self._ledgers[ledger].version if ledger in self._ledgers else 0

    def aside(self, ledger: str) -> Mapping[str, float]:
        """See `Store.aside`."""
        with self._lock:
            return dict(self._ledgers.get(ledger, _Ledger()).aside)

    def positions(self, spool: str) -> Mapping[str, int]:
        """See `Store.positions`."""
        with self._lock:
            return {
                name: ledger.positions[spool]
                for name, ledger in self._ledgers.items()
                if spool in ledger.positions
            }

    def release(self, spool: str) -> None:
        """See `Store.release`."""
        with self._lock:
            for ledger in self._ledgers.values():
                ledger.positions.pop(spool, None)

    def fold(self, ledger: str, moves: Mapping[str, str], expire: int | None) -> None:
        """See `Store.fold`."""
        with self._lock:
            counts = self._ledgers.get(ledger)
            if counts is None:
                return
            for fields in (counts.fields, counts.aside):
                there = [(name, target) for name, target in moves.items() if name in fields]
                for name, target in there:
                    counts.add({target: fields.pop(name)})
                counts.version += bool(there)
            if expire is not None:
                counts.seen = {key for key in counts.seen if cohort_of(key) >= expire}

    def ledgers(self) -> Mapping[str, int]:
        """See `Store.ledgers`."""
        with self._lock:
            return {name: ledger.version for name, ledger in self._ledgers.items()}

    def marks(self) -> Mapping[str, Mark]:
        """See `Store.marks`."""
        with self._lock:
            return {name: ledger.mark for name, ledger in self._ledgers.items()}

    def back_up(self, ledger: str, kept: Mark) -> Backup | None:
        """See `Store.back_up`."""
        with self._lock:
            counts = self._ledgers.get(ledger)
            if counts is None or not contains(counts.mark, kept):
                return None
            counts.number += 1
            counts.trail = (counts.trail + secrets.token_hex(NAME // 2))[-TRAIL:]
            fields = {**counts.fields, **counts.aside}
            return Backup(ledger, counts.mark, fields, dict(counts.positions))

    def restore(self, backup: Backup, floor: Mark) -> Verdict:
        """See `Store.restore`."""
        with self._lock:
            there = self._ledgers.get(backup.ledger)
            verdict = judge(there.mark if there else None, backup.mark, floor)
            if verdict is Verdict.RESTORED:
                origin, number, version, trail = backup.mark
                self._ledgers[backup.ledger] = _Ledger(
                    max(version, there.version if there else 0) + LEAP,
                    *split(backup.fields),
                    dict(backup.positions),
                    origin=origin,
                    number=number,
                    trail=trail,
                )
        return verdict

    def people(self) -> MemoryPeople:
        """See `Store.people`."""
        return self._people

    def controls(self) -> MemoryControls:
        """See `Store.controls`."""
        return self._controls

    def copying(self) -> None:
        """See `Store.copying`: nobody else sees these counts."""

    def close(self) -> None:
        """See `Store.close`: there is nothing to give back."""
