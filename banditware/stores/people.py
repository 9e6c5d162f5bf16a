"""What a store keeps of people whom an app knows: the decisions that hold for all their devices.

Whatever is kept first holds, so that two devices of a person that ask at the same moment get the
same answer. A person is a key that does not tell who it is; all of it is forgotten a while after
the last of it was kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple, Protocol

_NOTHING: Mapping[str, str] = MappingProxyType({})


class Offer(NamedTuple):
    """What a process has of a person.

    Attributes:
        person: the person's key.
        texts: what to keep where nothing is kept, by field.
        stale: what to forget before, by field, if it is exactly this.
        now: seconds since the epoch.
        life: seconds after which all is forgotten, unless something more is kept.
    """

    person: str
    texts: Mapping[str, str]
    stale: Mapping[str, str] = _NOTHING
    now: float = 0.0
    life: float = 0.0


class PeopleStore(Protocol):
    """The part of a store that keeps people. Every method raises StoreError."""

    def join(self, offer: Offer) -> Mapping[str, str]:
        """Keep what is not kept yet, in one atomic step that may be repeated.

        Returns:
            all that is kept of the person then, by field.
        """
        ...

    def leave(self, person: str) -> Mapping[str, str]:
        """Forget a person; return what was kept."""
        ...


def joined(kept: Mapping[str, str], offer: Offer) -> dict[str, str]:
    """Return what is kept of a person after an offer."""
    rest = {field: text for field, text in kept.items() if offer.stale.get(field) != text}
    return {**offer.texts, **rest}
