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
