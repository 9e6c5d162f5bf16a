"""`PeopleStore` for Redis and Valkey: a hash `PREFIX:person:KEY` for each, which expires."""

from __future__ import annotations

from collections.abc import Mapping

from banditware.stores.people import Offer
from banditware.stores.pipeline import script
from banditware.stores.server import Server


class RedisPeople:
    """See `PeopleStore`. Nothing has to be changed in one step over two people."""

    def __init__(self, server: Server, prefix: str) -> None:
        """Prepare.

        Args:
            server: talks to the server.
            prefix: what every key begins with.
        """
        self._server = server
        self._prefix = prefix

    def join(self, offer: Offer) -> Mapping[str, str]:
        """See `PeopleStore.join`; the time is the server's own."""
        stale = [text for pair in offer.stale.items() for text in pair]
        texts = [text for pair in offer.texts.items() for text in pair]
        life = max(1, int(offer.life))
        command = script("join", [self._key(offer.person)], life, len(offer.stale), *stale, *texts)
        (answer,) = self._server.send([command])
        return dict(zip(answer[::2], answer[1::2], strict=True))

    def leave(self, person: str) -> Mapping[str, str]:
        """See `PeopleStore.leave`."""
        key = self._key(person)
        kept, _ = self._server.send([("HGETALL", key), ("DEL", key)])
        return dict(kept)

    def _key(self, person: str) -> str:
        return f"{self._prefix}:person:{person}"
