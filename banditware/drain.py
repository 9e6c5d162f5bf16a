"""How a spool gets into a store: read a chunk, sum it by ledger, compare and set the positions.

Any process may drain any spool, at any time and at the same time: a store applies a batch only if
it begins where the store has got to, and answers where that is. An answer further on means that
somebody else was there before, or that our own last answer was lost: skip. An answer further back
means that the store lost what it had: go back and apply it again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from banditware.contextual.ledger import unpacked
from banditware.counts import Record, decode
from banditware.dating import dated
from banditware.drawing import unfolded
from banditware.errors import StoreError
from banditware.pacing import breathe
from banditware.spool import Chunk, Source, hour_of
from banditware.stores.base import Batch, Counts, Store, cohort_of
from banditware.turns import spaced

#: Bytes that go into one exchange: some 10,000 records, a few milliseconds of a store's time.
CHUNK = 1 << 20

#: How often a store may answer another position than we thought before it is called broken.
PATIENCE = 100

#: No number of a record is larger, so that no sum of them can ever become infinite or undefined.
LARGEST = 1e300


@dataclass(slots=True)
class _Sum:
    deltas: dict[str, float] = field(default_factory=dict)
    once: list[tuple[str, Mapping[str, float]]] = field(default_factory=list)

    def add(self, record: Record, times: int) -> None:
        if record.once:
            self.once += [(record.once, record.deltas)] * times
            return
        for name, delta in record.deltas.items():
            self.deltas[name] = self.deltas.get(name, 0) + delta * times


class Drain:
    """How far one spool has been applied.

    Attributes:
        source: the spool.
        positions: by ledger, the position that the store had when it last answered.
        cursor: position before which every record of every ledger has been applied.
        damaged: lines that could not be read and were skipped.
    """

    __slots__ = ("cursor", "damaged", "positions", "source")

    def __init__(self, source: Source, positions: Mapping[str, int] | None = None) -> None:
        self.source = source
        self.positions = dict(positions or {})
        self.cursor = 0
        self.damaged = 0

    def run(
        self, store: Store, known: Mapping[str, int], *, final: bool = False
    ) -> Mapping[str, Counts] | None:
        """Apply everything up to what is the end of the spool now.

        Args:
            store: where to.
            known: ledgers to read in the same exchange, with the version that is known.
            final: nobody writes to the spool any more.

        Returns:
            the counts that changed, or None if nothing was left to apply and so nothing was asked.

        Raises:
            StoreError: the store cannot be reached, or contradicts itself.
            LateError: the time is up; see `banditware.pacing`.
        """
        disagreements = 0
        while disagreements < PATIENCE:
            breathe()
            chunk = self.source.read(self.cursor, CHUNK, final=final)
            if not chunk.data:
                self.cursor = max(self.cursor, chunk.start)
                return None
            batches, damaged = self._gather(chunk)
            answer = store.exchange(batches, known if chunk.last else {})
            if not self._settle(chunk, batches, answer.positions):
                disagreements += 1
                continue
            self.damaged += damaged
            if chunk.last:
                return answer.counts
        raise StoreError(store.url, f"the position of spool {self.source.id} keeps changing")

    def rewind(self, positions: Mapping[str, int]) -> None:
        """Go back if the store has less than it had.

        Args:
            positions: what the store says of this spool.
        """
        if any(positions.get(ledger, 0) < had for ledger, had in self.positions.items()):
            self.positions = dict(positions)
            self.cursor = 0

    def _gather(self, chunk: Chunk) -> tuple[list[Batch], int]:
        """Sum the records that are not in the store yet; return batches and damaged lines."""
        sums: dict[str, _Sum] = {}
        damaged, hour = 0, hour_of(self.source.id)
        for line, times in spaced(Counter(spaced(self._lines(chunk), 512)).items(), 8):
            record = _parse(line, hour)
            if record is None:
                damaged += times
            else:
                sums.setdefault(record.ledger, _Sum()).add(record, times)
        return [
            Batch(
                ledger,
                self.source.id,
                self.positions.get(ledger, 0),
                chunk.end,
                total.deltas,
                tuple(total.once),
            )
            for ledger, total in sums.items()
        ], damaged

    def _lines(self, chunk: Chunk) -> Iterable[bytes]:
        """Yield the lines of a chunk, without those before the position of their ledger."""
        lines = chunk.data.split(b"\n")
        ahead = {name: at for name, at in self.positions.items() if at > chunk.start}
        located = _located(chunk.start, lines)
        there = (line for at, line in located if at >= ahead.get(_ledger(line), 0))
        return filter(None, there if ahead else lines)

    def _settle(self, chunk: Chunk, batches: Sequence[Batch], stored: Mapping[str, int]) -> bool:
        """Note what the store answered; return True if it agreed with every batch."""
        self.positions.update(stored)
        elsewhere = [stored[b.ledger] for b in batches if stored[b.ledger] != b.end]
        if elsewhere:
            self.cursor = min(chunk.start, *elsewhere)
            return False
        self.cursor = chunk.end
        self.source.discard(self.cursor)
        return True


def _parse(line: bytes, hour: int) -> Record | None:
    """Return the record of a line, or None if a store could not make sense of it.

    Args:
        line: the line.
        hour: start of the hour in which it was written.
    """
    try:
        record = decode(line)
        if record.once:
            cohort_of(record.once)
        deltas = dated(unfolded(unpacked(record.deltas)), hour)
    except ValueError:
        return None
    usable = all(-LARGEST <= delta <= LARGEST for delta in deltas.values())
    return record._replace(deltas=deltas) if usable else None


def _located(start: int, lines: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    for line in lines:
        yield start, line
        start += len(line) + 1


def _ledger(line: bytes) -> str:
    return line[9 : max(9, line.find(b"\t", 9))].decode(errors="replace")
