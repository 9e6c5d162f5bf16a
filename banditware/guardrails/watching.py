"""Visits that take a note of how the app answered, for experiments with guardrails."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from banditware.actions import GivenActions
from banditware.debugging import Debug
from banditware.guardrails.tally import Note, Tally
from banditware.http import Effects, Headers
from banditware.model import Decision
from banditware.showing import OpenVisit, TellingVisit, Timer, visits
from banditware.visit import Visit


class Watch(NamedTuple):
    """What watched visits have in common.

    Attributes:
        tally: takes the notes.
        timer: seconds of a monotonic clock.
        guarded: names of the experiments with guardrails.
    """

    tally: Tally
    timer: Timer
    guarded: Collection[str]


def watched(watch: Watch, debug: Debug) -> OpenVisit:
    """Return what makes the visit of a request: a plain one, if no experiment has guardrails."""
    if not watch.guarded:
        return visits(debug, watch.timer)
    if debug.header or debug.server_timing:
        return partial(WatchedTellingVisit, watch, debug, watch.timer)
    return partial(WatchedVisit, watch)


class Watching(Visit):
    """The part of a visit that is watched."""

    #: When the app began, for all that we know; 0 before anything was decided.
    _since: float = 0.0
    _noted: Sequence[Note] = ()

    def __init__(self, watch: Watch, *rest: Any) -> None:
        self._watch = watch
        super().__init__(*rest)

    def choose(self) -> None:
        """Decide the experiments of the matching routes, after a look at the clock."""
        self._since = self._watch.timer()
        super().choose()

    def decide(
        self,
        experiment: str,
        *,
        context: Mapping[str, Any] | None = None,
        actions: GivenActions | None = None,
        default: str | None = None,
    ) -> Decision:
        """Decide as `Visit.decide` does; the first time, after a look at the clock."""
        self._since = self._since or self._watch.timer()
        return super().decide(experiment, context=context, actions=actions, default=default)

    def finish(self, status: int, headers: Headers = ()) -> Effects:
        """Finish as `Visit.finish` does, and note the status and how long it took."""
        self._note(status)
        return super().finish(status, headers)

    def failed(self) -> None:
        """Note that the app failed before it answered: the server says 500 in its place."""
        self._note(500)

    def _note(self, status: int) -> None:
        if self._noted:  # the response starts anew
            for note in self._noted:
                note[1] = status
            return
        tally, timer, guarded = self._watch
        spent = timer() - self._since
        notes: list[Note] = []
        for name, each in self._decisions.items():
            if name in guarded and each.id and each.reason != "holdout":
                notes.append([each, status, spent])  # most are a single one
        self._noted = notes
        tally.notes += notes


class WatchedVisit(Watching):
    """A visit that is watched."""


class WatchedTellingVisit(Watching, TellingVisit):
    """A visit that is watched, and tells what it decided."""
