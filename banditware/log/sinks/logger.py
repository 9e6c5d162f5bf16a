"""Events as messages of a logger of Python's."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from banditware.events.writing import Written
from banditware.log.sinks.base import Refuse


class LoggerSink:
    """Logs each event at level INFO: JSON as the message, plain values as `record.banditware`."""

    def __init__(self, name: str) -> None:
        self._logger = logging.getLogger(name)

    def write(self, events: Sequence[Written], refuse: Refuse) -> int:
        """See `Sink.write`; what a handler raises costs the event."""
        for each in events:
            self._log(each, refuse)
        return len(events)

    def _log(self, written: Written, refuse: Refuse) -> None:
        try:
            self._logger.info(written.text, extra={"banditware": written.event})
        except Exception as error:  # noqa: BLE001  # an app's own handlers may do anything
            refuse(error)

    def close(self) -> None:
        """See `Sink.close`."""
