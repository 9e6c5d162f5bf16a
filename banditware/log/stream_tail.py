"""Reads the decision log in a stream of a Redis or Valkey server."""

from __future__ import annotations

from collections.abc import Iterator

from banditware.log.settings import ToStream
from banditware.stores.address import parse
from banditware.stores.reaching import reach

#: Entries that are read in one exchange.
_MANY = 1000


class StreamTail:
    """The log in a stream; see `banditware.log.tails`."""

    def __init__(self, to: ToStream) -> None:
        """Remember where it is; nothing is opened yet."""
        self._server = reach(parse(to.url), to.folder)
        self._name = to.name
        self._start = "-"

    def read(self) -> Iterator[bytes]:
        """See `Tail.read`."""
        while True:
            (entries,) = self._server.send(
                [("XRANGE", self._name, self._start, "+", "COUNT", _MANY)]
            )
            for id_, fields in entries:
                self._start = f"({id_}"
                yield fields.get("event", "").encode()
            if len(entries) < _MANY:
                return

    def close(self) -> None:
        """See `Tail.close`."""
        self._server.close()
