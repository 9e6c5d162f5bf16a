"""Events for a function of the app's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from banditware.events.describing import Event
from banditware.events.writing import Written
from banditware.log.sinks.base import Refuse, UnusableError


class FunctionSink:
    """Calls a function with each event; what it raises costs the event."""

    def __init__(self, function: Callable[[dict[str, Any]], object]) -> None:
        self._function = function

    def write(self, events: Sequence[Written], refuse: Refuse) -> int:
        """See `Sink.write`."""
        for each in events:
            self._call(each.event, refuse)
        return len(events)

    def _call(self, event: Event, refuse: Refuse) -> None:
        try:
            self._function(event)
        except (Exception, SystemExit) as error:  # noqa: BLE001  # an app's own may do anything
            refuse(error)

    def close(self) -> None:
        """See `Sink.close`."""


def resolved(named: Callable[[dict[str, Any]], object] | str) -> Callable[..., object]:
    """Return a function, or the one that `module:function` names.

    Raises:
        UnusableError: nothing has that name, or it cannot be called.
    """
    found: Any = named
    if isinstance(named, str):
        import pkgutil  # noqa: PLC0415 - only names in a configuration need it

        try:
            found = pkgutil.resolve_name(named)
        except Exception as error:
            # Whatever the app's module does when it is imported, the name is where to look.
            why = f"{type(error).__name__}: {error}"
            raise UnusableError(f"{named!r} cannot be imported: {why}") from error
    if not callable(found):
        raise UnusableError(f"{named!r} is no function: it cannot be called")
    function: Callable[..., object] = found
    return function
