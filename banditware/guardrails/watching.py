"""Visits that take a note of how the app answered, for experiments with guardrails."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from banditware.actions import GivenActions
from banditware.guardrails.tally import Note
from banditware.http import Effects, Headers
from banditware.model import Decision
from banditware.timing import WatchedVisit


class GuardedVisit(WatchedVisit):
    """A visit that takes a note of the response, for each of its experiments with guardrails."""

    #: When the app began, for all that we know; 0 before anything was decided.
    _since: float = 0.0
    _noted: Sequence[Note] = ()

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
        timer, _, guarded, tally = self._watch
        spent = timer() - self._since
        notes: list[Note] = []
        for name, each in self._decisions.items():
            if name in guarded and each.id and each.reason != "holdout":
                notes.append([each, status, spent])  # most are a single one
        self._noted = notes
        tally.notes += notes
