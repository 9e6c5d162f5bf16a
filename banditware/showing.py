"""Visits that tell of their decisions in response headers, while an app is made."""

from __future__ import annotations

from banditware.http import Effects, Headers
from banditware.timing import TimedVisit


class TellingVisit(TimedVisit):
    """A visit that tells what it decided and how long that took."""

    def finish(self, status: int, headers: Headers = ()) -> Effects:
        """Finish as `Visit.finish` does, and note the headers that tell of it."""
        effects = super().finish(status, headers)
        self.notes = tuple(self._told())
        return effects

    def _told(self) -> list[tuple[str, str]]:
        told, debug = [], self._watch.debug
        if debug.header and self._decisions:
            arms = (f"{name}={each.arm}" for name, each in self._decisions.items())
            told.append(("X-Banditware", "; ".join(arms)))
        if debug.server_timing:
            told.append(("Server-Timing", f"banditware;dur={self._spent * 1000:.3f}"))
        return told
