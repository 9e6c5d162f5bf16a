"""Copies the counts of one store into another, exactly once, while both are in use.

See `banditware.stores.parts` for why a copy may be repeated, interrupted, and made in both
directions. What is copied are counts and once-keys. Spools belong to the store they were made for;
what still waits in them gets there, and from there here with the next copy.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from typing import NamedTuple

from banditware.errors import StoreError
from banditware.stores.base import Store
from banditware.stores.parts import Copying, Part, Parts

#: What to do with the own part of a ledger that was lost and begun anew since it was copied: leave
#: it alone until somebody has looked, add it to what was copied, or put it in its place because the
#: spools have brought everything back.
LEAVE, ADD, REPLACE = "leave", "add", "replace"

#: How often others may copy into the same ledger in the middle of our copying.
PATIENCE = 100


class Copied(NamedTuple):
    """What came of copying one ledger.

    Attributes:
        ledger: the ledger.
        added: what was added to the counts, by field.
        keys: once-keys that were new.
        lost: True if the ledger was lost and begun anew since it was copied, and its own part was
            left alone.
    """

    ledger: str
    added: Mapping[str, float]
    keys: int
    lost: bool = False

    @property
    def news(self) -> bool:
        """True if anything was new."""
        return bool(self.added or self.keys)


def copying_of(store: Store) -> Copying:
    """Return what a store offers to copies.

    Raises:
        StoreError: it offers nothing, because its counts end with their process.
    """
    copying = store.copying()
    if copying is None:
        raise StoreError(store.url, "only the app's own process can see these counts")
    return copying


def copy_all(
    source: Store, target: Store, seen: MutableMapping[str, int], *, anew: str = LEAVE
) -> Iterator[Copied]:
    """Copy every ledger that has changed, one by one.

    Args:
        source: where from.
        target: where to.
        seen: version of each ledger when it was copied last; kept current.
        anew: what to do with ledgers that were lost and begun anew: `LEAVE`, `ADD` or `REPLACE`.

    Raises:
        StoreError: one of them cannot be reached, or both are the same.
    """
    here, there = copying_of(source), copying_of(target)
    for ledger, version in sorted(source.ledgers().items()):
        if seen.get(ledger) != version:
            copied = copy_ledger(here, there, ledger, target.url, anew=anew)
            seen[ledger] = version
            yield copied


def copy_ledger(
    source: Copying, target: Copying, ledger: str, url: str, *, anew: str = LEAVE
) -> Copied:
    """Copy one ledger.

    Args:
        source: where from.
        target: where to.
        ledger: the ledger.
        url: the target's address, for what goes wrong.
        anew: what to do if it was lost and begun anew: `LEAVE`, `ADD` or `REPLACE`.

    Raises:
        StoreError: one of them cannot be reached, both are the same, or others keep copying.
    """
    new = 0
    for _ in range(PATIENCE):
        # In this order: what is known there, what is here, the keys of at least what is here. So
        # nothing is replaced by what is older, and nothing is counted without its keys.
        known, found = target.parts(ledger), source.parts(ledger)
        if known.own.origin and known.own.origin == found.own.origin:
            raise StoreError(
                url, "both are the same store, or one is a copy of the other's files; name two"
            )
        lost = _lost(found.own, known)
        new += sum(target.remember(ledger, keys) for keys in source.keys(ledger))
        parts = _foreign(found, known)
        # What is replaced goes first: an interruption must not leave both.
        if anew == REPLACE:
            parts += [Part(part.origin, part.place, 0, {}) for part in lost]
        if not lost or anew != LEAVE:
            parts += _own(found.own, known)
        added = _merge(target, ledger, parts, known)
        if added is not None:
            return Copied(ledger, added, new, bool(lost) and anew == LEAVE)
    raise StoreError(url, f"others keep copying into {ledger}; try again")


def _own(own: Part, known: Parts) -> list[Part]:
    """Return the own part of a store if it is not what is known of it.

    A store is right about its own part, whatever its version: one that was put back to an older
    state gets what it lost from the spools again.
    """
    return [own] if own.version and own != known.others.get(own.origin) else []


def _foreign(found: Parts, known: Parts) -> list[Part]:
    """Return the parts of other stores that are later than what is known of them.

    What the target counted itself and lost is for it to restore.
    """
    here = known.own
    strangers = [
        part
        for origin, part in found.others.items()
        if origin != here.origin and part.place != here.place
    ]
    old = {origin: part.version for origin, part in known.others.items()}
    return [part for part in strangers if part.version > old.get(part.origin, 0)]


def _lost(own: Part, known: Parts) -> list[Part]:
    """Return what was copied from the same place when the ledger there was another one."""
    if not own.version or own.origin in known.others:
        return []
    return [part for part in known.others.values() if part.place == own.place]


def _merge(
    target: Copying, ledger: str, parts: Iterable[Part], known: Parts
) -> dict[str, float] | None:
    """Merge parts; return what was added, or None if somebody else has merged meanwhile."""
    sums: dict[str, float] = {}
    for part in parts:
        old = known.others.get(part.origin)
        added = target.merge(ledger, part, old.version if old else 0)
        if added is None:
            return None
        for name, delta in added.items():
            sums[name] = sums.get(name, 0) + delta
    return sums
