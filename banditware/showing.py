"""Visits that tell of their decisions in response headers, while an app is made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from banditware.actions import GivenActions
from banditware.debugging import Debug
from banditware.ground import Ground
from banditware.http import Effects, Facts, Headers
from banditware.model import Decision
from banditware.routes import Match
from banditware.visit import Visit

#: Seconds of a monotonic clock.
Timer = Callable[[], float]

OpenVisit = Callable[[Ground, Facts, tuple[Match, ...]], Visit]


def visits(debug: Debug, timer: Timer) -> OpenVisit:
    """Return what makes the visit of a request: a plain one, unless something is shown of it."""
    if not (debug.header or debug.server_timing):
        return Visit
    return partial(TellingVisit, debug, timer)


class TellingVisit(Visit):
    """A visit that notes what it decided and how long that took."""

    _spent: float = 0.0

    def __init__(
        self,
        debug: Debug,
        timer: Timer,
        ground: Ground,
        facts: Facts,
        matches: tuple[Match, ...] = (),
    ) -> None:
        self._debug = debug
        self._timer = timer
        super().__init__(ground, facts, matches)

    def choose(self) -> None:
        """Decide the experiments of the matching routes, and note how long that took."""
        since = self._timer()
        super().choose()
        self._spent += self._timer() - since

    def decide(
        self,
        experiment: str,
        *,
        context: Mapping[str, Any] | None = None,
        actions: GivenActions | None = None,
        default: str | None = None,
    ) -> Decision:
        """Decide as `Visit.decide` does, and note how long that took."""
        since = self._timer()
        try:
            return super().decide(experiment, context=context, actions=actions, default=default)
        finally:
            self._spent += self._timer() - since

    def finish(self, status: int, headers: Headers = ()) -> Effects:
        """Finish as `Visit.finish` does, and note the headers that tell of it."""
        since = self._timer()
        effects = super().finish(status, headers)
        self._spent += self._timer() - since
        self.notes = tuple(self._told())
        return effects

    def _told(self) -> list[tuple[str, str]]:
        told = []
        if self._debug.header and self._decisions:
            arms = (f"{name}={each.arm}" for name, each in self._decisions.items())
            told.append(("X-Banditware", "; ".join(arms)))
        if self._debug.server_timing:
            told.append(("Server-Timing", f"banditware;dur={self._spent * 1000:.3f}"))
        return told
