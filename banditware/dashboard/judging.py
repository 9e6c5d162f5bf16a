"""Judgements of experiments, kept for as long as the counts stay what they are, and a little more.

The probability that an arm is the best takes milliseconds of integration. A page that shows
hundreds of experiments has no time for all of them: it judges a few, those that were never judged
or longest ago, and shows what is known of the others.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from banditware.analysis.judging import judged
from banditware.dashboard.counting import Tally, tally
from banditware.snapshot import ExperimentSnapshot

#: How many experiments a page of many judges anew.
AT_ONCE = 8

#: Seconds that a judgement, and a tally, holds on an overview, though the counts moved on.
FRESH, TALLY_FRESH = 60.0, 5.0


class _Judged(NamedTuple):
    snapshot: ExperimentSnapshot
    time: float
    verdict: dict[str, Any]


class _Tallied(NamedTuple):
    snapshot: ExperimentSnapshot
    time: float
    tally: Tally


class Judge:
    """Judges experiments. Keep one per process; any thread may ask."""

    def __init__(self) -> None:
        """Begin with nothing judged."""
        self._lock = threading.Lock()
        self._known: dict[str, _Judged] = {}
        self._tallies: dict[str, _Tallied] = {}

    def verdict(self, snapshot: ExperimentSnapshot, now: float) -> dict[str, Any]:
        """Return the judgement of these very counts; see `banditware.analysis.judging.judged`."""
        name = snapshot.experiment.name
        known = self._known.get(name)
        if known is not None and known.snapshot is snapshot:
            return known.verdict
        verdict = judged(snapshot)
        with self._lock:
            self._known[name] = _Judged(snapshot, now, verdict)
        return verdict

    def verdicts(
        self, snapshots: Iterable[ExperimentSnapshot], now: float
    ) -> Mapping[str, dict[str, Any]]:
        """Return what is known of many experiments, by name, after judging a few of them."""
        wanting = []
        for snapshot in snapshots:
            known = self._known.get(snapshot.experiment.name)
            if known is None:
                wanting.append((float("-inf"), snapshot))
            elif known.snapshot is not snapshot and not now - FRESH < known.time <= now:
                wanting.append((known.time, snapshot))
        for _, snapshot in sorted(wanting, key=lambda each: each[0])[:AT_ONCE]:
            self.verdict(snapshot, now)
        return {name: known.verdict for name, known in self._known.items()}

    def tally(self, snapshot: ExperimentSnapshot, now: float) -> Tally:
        """Return what the counts say at a glance, or said a few seconds ago."""
        name = snapshot.experiment.name
        known = self._tallies.get(name)
        if known is not None and now - TALLY_FRESH < known.time <= now:
            return known.tally
        found = tally(snapshot, now)
        with self._lock:
            self._tallies[name] = _Tallied(snapshot, now, found)
        return found
