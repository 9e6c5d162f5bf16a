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

import enum
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple, Protocol

from banditware.stores.controls import ControlStore
from banditware.stores.parts import Copying
from banditware.stores.people import PeopleStore

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
        deltas: what to add, by field; fields whose names begin with `~` are kept aside, where
            reading the counts does not come by them: see `Store.aside`.
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


class Mark(NamedTuple):
    """Which state of a ledger this is.

    Attributes:
        origin: made up with the ledger; a ledger that was lost and begins anew has another one.
        number: how many backups were made of it.
        version: see `Counts`.
        trail: the names of the last of these backups, `NAME` letters each. A store that went back
            and on again has other backups of the same number.
    """

    origin: str
    number: int
    version: int
    trail: str


class Backup(NamedTuple):
    """All of a ledger but its once-keys, as it was at one moment, for a store that loses it.

    Attributes:
        ledger: the ledger.
        mark: the state it was in; its number is that of this backup.
        fields: number by field, those that are kept aside among them.
        positions: position by spool: which records the fields hold.
    """

    ledger: str
    mark: Mark
    fields: Mapping[str, float]
    positions: Mapping[str, int]


class Verdict(enum.Enum):
    """What `Store.restore` found, and did.

    Attributes:
        CONTAINED: the store has everything that the backup has; nothing was done.
        BEHIND: the store went back to before the backup, but not to before its floor; nothing was
            done, because what is missing is in spools.
        RESTORED: the store had lost the ledger; now it is as it was.
        OTHER: the ledger went on without what the backup has, and has newer backups; nothing was
            done.
    """

    CONTAINED = "contained"
    BEHIND = "behind"
    RESTORED = "restored"
    OTHER = "other"


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

    def aside(self, ledger: str) -> Mapping[str, float]:
        """Return what a ledger keeps aside of its counts, by field; nothing if it is not known."""
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

    def fold(self, ledger: str, moves: Mapping[str, str], expire: int | None) -> None:
        """Keep a ledger small, in one atomic step that may be repeated.

        Args:
            ledger: the ledger.
            moves: each source field is added to its target field and deleted; counts are moved to
                counts, and what is kept aside stays there.
            expire: once-keys of cohorts that start before this are forgotten; None leaves all.
        """
        ...

    def ledgers(self) -> Mapping[str, int]:
        """Return all ledgers with their version."""
        ...

    def marks(self) -> Mapping[str, Mark]:
        """Return the state of every ledger."""
        ...

    def back_up(self, ledger: str, kept: Mark) -> Backup | None:
        """Number the state of a ledger and return all of it, in one atomic step.

        Args:
            ledger: the ledger.
            kept: the backup that the caller has; number 0 if it has none.

        Returns:
            the backup; None if there is no such ledger, or it does not contain what the caller
            has, or somebody may still be on the way to restore it.
        """
        ...

    def restore(self, backup: Backup, floor: Mark) -> Verdict:
        """Put a backup in place of a ledger that was lost, in one atomic step.

        The once-keys of the ledger are forgotten, and its version becomes one that nobody knows. A
        store that several machines share makes no backups for a while after a ledger was lost, so
        that every machine gets to restore what it has.

        Args:
            backup: what to put in place.
            floor: the backup that holds everything that is in no spool any more.
        """
        ...

    def copying(self) -> Copying | None:
        """Return what copies between stores need, or None if nobody else sees the counts."""
        ...

    def people(self) -> PeopleStore:
        """Return the part that keeps people whom an app knows."""
        ...

    def controls(self) -> ControlStore:
        """Return the part that keeps what operators change."""
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


#: Length of the name of a backup, and of the trail that a ledger keeps of them.
NAME = 8
TRAIL = 64 * NAME

#: What the version of a restored ledger is ahead of any that somebody may know.
LEAP = 1 << 20


def judge(stored: Mark | None, backup: Mark, floor: Mark) -> Verdict:
    """Return what is to be done with a backup; see `Store.restore`.

    A ledger that is there, has another origin and no backup yet was born of records that are all
    in spools still, because none is deleted before it is in a backup.
    """
    if stored is None:
        return Verdict.RESTORED
    if stored.origin != backup.origin:
        return Verdict.OTHER if stored.number else Verdict.RESTORED
    if contains(stored, backup):
        return Verdict.CONTAINED
    if contains(stored, floor):
        return Verdict.BEHIND
    return Verdict.OTHER if stored.number > backup.number else Verdict.RESTORED


def contains(stored: Mark | None, kept: Mark) -> bool:
    """Return True if a state has everything that a backup of a machine has."""
    if stored is None or not kept.number:
        return not kept.number
    since = stored.number - kept.number
    if stored.origin != kept.origin or since < 0:
        return False
    then = stored.trail[: max(0, len(stored.trail) - since * NAME)]
    return not then or then.endswith(kept.trail[-NAME:])
