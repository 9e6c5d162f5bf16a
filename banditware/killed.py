"""Visits while everything is switched off: defaults for all, and no trace but why."""

from __future__ import annotations

from banditware.control import KILLED
from banditware.visit import Visit


class KilledVisit(Visit):
    """A visit that decides nothing, remembers nobody and does nothing by force.

    That its experiments are halted makes them serve their defaults, and refuse rewards. Who takes
    their consent back is still obeyed.
    """

    #: Why no cookie is written.
    _barred = KILLED

    def identify(self, user_id: str | int) -> bool:  # noqa: ARG002  # nobody is looked for
        """Return False: nobody is brought together."""
        return False

    def _force(self, cookies: str) -> None:
        """Leave alone what is asked for by force."""
