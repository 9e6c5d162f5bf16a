"""`PeopleStore` for `memory://`."""

from __future__ import annotations

import threading
from collections.abc import Mapping

from banditware.stores.people import Offer, joined

#: Seconds between two looks for people whose time is over.
_SWEEP = 60.0


class MemoryPeople:
    """See `PeopleStore`."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[float, dict[str, str]]] = {}
        self._lock = threading.Lock()
        self._swept = 0.0

    def join(self, offer: Offer) -> Mapping[str, str]:
        """See `PeopleStore.join`."""
        with self._lock:
            if abs(offer.now - self._swept) >= _SWEEP:
                self._swept = offer.now
                kept = self._kept.items()
                self._kept = {key: each for key, each in kept if each[0] > offer.now}
            until, before = self._kept.get(offer.person, (0.0, {}))
            after = joined(before if until > offer.now else {}, offer)
            if after != before:
                until = offer.now + offer.life
            self._kept[offer.person] = (until, after)
            return dict(after)

    def leave(self, person: str) -> Mapping[str, str]:
        """See `PeopleStore.leave`."""
        with self._lock:
            return self._kept.pop(person, (0.0, {}))[1]

    def renew(self) -> None:
        """Take a new lock: the one there is may be held by a thread that a child does not have."""
        self._lock = threading.Lock()
