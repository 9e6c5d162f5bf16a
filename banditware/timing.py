"""Visits that know how long banditware took for their request."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, NamedTuple

from banditware.actions import GivenActions
from banditware.debugging import NO_DEBUG, Debug
from banditware.facts import Facts
from banditware.ground import Ground
from banditware.http import Effects, Headers
from banditware.model import Decision
from banditware.routes import NO_MATCHES, Matches
from banditware.visit import Visit

#: Seconds of a monotonic clock.
Timer = Callable[[], float]


class Watch(NamedTuple):
    """What watched visits are given beside what every visit is given.

    Attributes:
        timer: the clock by which they are timed.
        debug: what is shown of decisions.
        guarded: names of the experiments with guardrails.
        tally: takes the notes of those; see `banditware.guardrails.watching`.
    """

    timer: Timer
    debug: Debug = NO_DEBUG
    guarded: Collection[str] = ()
    tally: Any = None


class WatchedVisit(Visit):
    """A visit of which something is noted. Its subclasses go together."""

    _watched = True

    def __init__(
        self, watch: Watch, ground: Ground, facts: Facts, matches: Matches = NO_MATCHES
    ) -> None:
        self._watch = watch
        super().__init__(ground, facts, matches)


class TimedVisit(WatchedVisit):
    """A visit that notes how long its choosing, deciding and finishing took.

    Not in it: finding the routes, merging headers, and the one write to the spool.
    """

    _spent: float = 0.0

    def choose(self) -> None:
        """Decide the experiments of the matching routes, and note how long that took."""
        timer = self._watch.timer
        since = timer()
        super().choose()
        self._spent += timer() - since

    def decide(
        self,
        experiment: str,
        *,
        context: Mapping[str, Any] | None = None,
        actions: GivenActions | None = None,
        default: str | None = None,
    ) -> Decision:
        """Decide as `Visit.decide` does, and note how long that took."""
        timer = self._watch.timer
        since = timer()
        try:
            return super().decide(experiment, context=context, actions=actions, default=default)
        finally:
            self._spent += timer() - since

    def finish(self, status: int, headers: Headers = ()) -> Effects:
        """Finish as `Visit.finish` does, and note how long all of it took."""
        timer = self._watch.timer
        since = timer()
        effects = super().finish(status, headers)
        self._spent += timer() - since
        costs = self._ground.costs
        if costs is not None and self.touched:
            costs(self._spent)
        return effects
