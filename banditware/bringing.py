"""Brings parts of ledgers into a store, each state of each part once.

It is what `banditware.copying` does between two stores, for counts that come out of a file: a part
that is there in an older state is replaced, and the difference is added to the counts in the same
atomic step. So a file may be brought again and again, and a later file of the same store brings
what is new.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from banditware.errors import StoreError
from banditware.stores.base import Store
from banditware.stores.parts import Copying, Part, Parts

#: How often others may bring something to the same ledger in the middle of it.
PATIENCE = 100

#: Kinds of fields that a file holds.
_HELD = frozenset("nksqmw")


class Brought(NamedTuple):
    """What came of bringing one part.

    Attributes:
        ledger: the ledger.
        added: what was added to the counts, by field.
        refused: why nothing was, although there may be something new; or nothing.
    """

    ledger: str
    added: Mapping[str, float]
    refused: str = ""


def bring(store: Store, target: Copying, ledger: str, part: Part) -> Brought:
    """Bring a part into a store.

    Args:
        store: the store.
        target: what it offers to copies.
        ledger: the ledger.
        part: what was counted elsewhere.

    Raises:
        StoreError: it cannot be reached, or others keep bringing something.
    """
    for _ in range(PATIENCE):
        known = target.parts(ledger)
        refused = _refused(known, part)
        if refused:
            return Brought(ledger, {}, refused)
        old = known.others.get(part.origin)
        if known.own.origin == part.origin or (old is not None and old.version >= part.version):
            return Brought(ledger, {})
        added = target.merge(ledger, part, 0 if old is None else old.version)
        if added is not None:
            return Brought(ledger, added)
    raise StoreError(store.url, f"others keep bringing counts into {ledger}; try again")


def _refused(known: Parts, part: Part) -> str:
    """Return why a part must not be brought."""
    old = known.others.get(part.origin)
    if old is not None and any(name[0] not in _HELD for name in old.fields):
        return "it was copied from there before, with all that it has learnt: copy it again"
    if known.own.origin == part.origin:
        return ""
    if known.own.version and known.own.place == part.place:
        return "it was counted in this very store, which has lost it since and begun anew"
    others = known.others.values()
    if any(each.place == part.place and each.origin != part.origin for each in others):
        return "the store that counted it had lost it before, and had begun anew"
    return ""
