"""Events as entries of a stream of a Redis or Valkey server."""

from __future__ import annotations

from collections.abc import Sequence

from banditware.errors import StoreError
from banditware.events.writing import Written
from banditware.log.settings import ToStream
from banditware.log.sinks.base import Refuse
from banditware.stores.address import parse
from banditware.stores.pipeline import Command
from banditware.stores.reaching import reach


class StreamSink:
    """Adds each event with the field `event`, its JSON; the server forgets the oldest.

    Many events are one round trip. If the answer gets lost they are added again: the same
    `event_id` tells.
    """

    def __init__(self, to: ToStream) -> None:
        self._to = to
        self._server = reach(parse(to.url), to.folder)

    def write(self, events: Sequence[Written], refuse: Refuse) -> int:  # noqa: ARG002  # see Sink
        """See `Sink.write`.

        Raises:
            StoreError: the server cannot be reached, or refuses.
        """
        name, maxlen = self._to.name, self._to.maxlen
        commands: list[Command] = [
            ("XADD", name, "MAXLEN", "~", maxlen, "*", "event", each.text) for each in events
        ]
        try:
            self._server.send(commands)
        except StoreError as error:
            if "wrongtype" not in str(error.__cause__).lower():
                raise
            mend = f"the key {name!r} holds something else; give the stream another `name`"
            raise StoreError(error.url, mend) from error
        return len(events)

    def close(self) -> None:
        """See `Sink.close`."""
        self._server.close()


#: Entries that are read in one exchange.
_MANY = 1000


def erase_entries(to: ToStream, wanted: Sequence[bytes]) -> list[bytes]:
    """Erase the entries whose event holds one of these texts; return their events.

    Raises:
        StoreError: the server cannot be reached, or refuses.
    """
    server = reach(parse(to.url), to.folder)
    gone: list[bytes] = []
    try:
        start = "-"
        while True:
            (entries,) = server.send([("XRANGE", to.name, start, "+", "COUNT", _MANY)])
            if not entries:
                return gone
            start = f"({entries[-1][0]}"
            found = [(id_, fields.get("event", "").encode()) for id_, fields in entries]
            held = [(id_, text) for id_, text in found if any(each in text for each in wanted)]
            if held:
                server.send([("XDEL", to.name, *(id_ for id_, _ in held))])
                gone.extend(text for _, text in held)
    finally:
        server.close()
