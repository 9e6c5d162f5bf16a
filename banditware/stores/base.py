"""What a store is: shared counts that take every batch of every spool exactly once.

A spool is read in stretches of bytes. Its records up to a position have been applied to a ledger,
and that position is kept by the store, beside the counts and changed in the same atomic step. A
batch says from where to where it reaches; a store whose position is another one leaves the batch
alone and answers its own. So it does not matter how often a batch is sent, by whom, or whether an
answer was lost, and a store that was put back to an older state says so by itself.

The positions belong to a ledger as well as to a spool, because a store may keep every ledger on a
machine of its own; nothing here asks for a step that is atomic over two ledgers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple, Protocol

#: The field that counts the once-keys which were let through before.
DUPLICATE = "x/duplicate"


class Counts(NamedTuple):
    """A ledger as it was read.

    Attributes:
        version: changes whenever the fields change; 0 for a ledger the store does not know.
        fields: number by field; nobody changes it afterwards.
    """

    version: int
    fields: Mapping[str, float]


class Batch(NamedTuple):
    """What the records of one spool, from one position to another, add to one ledger.

    Attributes:
        ledger: whose counts change.
        spool: id of the spool.
        start: position up to which the store should have applied this spool already, in bytes.
        end: position up to which it has when the batch is in.
        deltas: what to add, by field.
        once: pairs of a key `COHORT:ID:GOAL` and what to add if the ledger never saw the key.
    """

    ledger: str
    spool: str
    start: int
    end: int
    deltas: Mapping[str, float]
    once: tuple[tuple[str, Mapping[str, float]], ...] = ()


class Exchange(NamedTuple):
    """What a store answers.

    Attributes:
        positions: by ledger of the batches, the position of the spool as it is now stored.
        counts: the asked ledgers whose version is not the known one.
    """

    positions: Mapping[str, int] = MappingProxyType({})
    counts: Mapping[str, Counts] = MappingProxyType({})


class Store(Protocol):
    """Shared counts. Every method may be called from every thread and raises StoreError.

    Nothing may survive in a store object that a forked child must not use.
    """

    @property
    def url(self) -> str:
        """The address, without a password."""
        ...

    @property
    def shared(self) -> bool:
        """True if other processes see the counts, so that spools are worth a folder."""
        ...

    @property
    def folder(self) -> Path | None:
        """The folder where spools are kept unless the configuration names one."""
        ...

    def check(self) -> None:
        """Make the store ready, or raise StoreError with what is wrong and the mend."""
        ...

    def exchange(self, batches: Sequence[Batch], known: Mapping[str, int]) -> Exchange:
        """Apply batches, then read what changed.

        All batches are of one spool and no two of one ledger. Each is applied in one atomic step:
        if the stored position is not its start, nothing; otherwise its deltas are added, the deltas
        of each key in `once` are added if the ledger never saw the key (`x/duplicate` counts the
        others), and the position becomes its end.

        Args:
            batches: what to apply; may be empty.
            known: the ledgers to read, with the version that the caller has (0: none).
        """
        ...

    def positions(self, spool: str) -> Mapping[str, int]:
        """Return the stored positions of a spool, by ledger."""
        ...

    def release(self, spool: str) -> None:
        """Forget the positions of a spool that was applied to its end and deleted.

        A store behind a network, where a request may arrive after its sender gave up, has to
        leave alone what comes of a released spool for as long as that can take: a position behind
        every end, instead of none, does it.
        """
        ...

    def fold(self, ledger: str, moves: Mapping[str, str], expire: int) -> None:
        """Keep a ledger small, in one atomic step that may be repeated.

        Args:
            ledger: the ledger.
            moves: each source field is added to its target field and deleted.
            expire: once-keys of cohorts that start before this are forgotten.
        """
        ...

    def ledgers(self) -> Mapping[str, int]:
        """Return all ledgers with their version."""
        ...

    def close(self) -> None:
        """Give back what the store holds. It may be used again afterwards."""
        ...


def cohort_of(key: str) -> int:
    """Return the cohort of a once-key, the start of its time bucket in seconds.

    Raises:
        ValueError: the key does not begin with a whole number and a colon.
    """
    return int(key[: key.index(":")])
