"""Guardrails in the thread that talks to the store: what was noted goes in, what is found is done.

It works around each exchange: before it, notes become records and arms that were found are paused
in the store; after it, the new counts are judged. Nothing of it is on the path of a request.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from banditware.controlling import Wanted
from banditware.counts import Fields
from banditware.errors import ControlError, StoreError
from banditware.forks import ForkAware, watch
from banditware.guardrails.judge import Breach, Earned, Field, Judge, goal_breaches
from banditware.guardrails.tally import GUARD, Tally, responses
from banditware.limits import Limits
from banditware.operating import changes_in
from banditware.snapshot import ExperimentSnapshot

if TYPE_CHECKING:
    from banditware.steering import Steering
    from banditware.stores.base import Counts

_log = logging.getLogger("banditware")

#: Who pauses arms, as the trail of changes has it.
WHO = "guardrail"

#: Actions after which everything before is forgiven.
_FORGIVING = frozenset({"resume", "add", "reset"})


class Edges(NamedTuple):
    """What a guard needs of the bandit.

    Attributes:
        clock: seconds since the epoch.
        record: keeps a record in the spool.
        fault: told of an exception of ours.
    """

    clock: Callable[[], float]
    record: Callable[[bytes], None]
    fault: Callable[[Exception], None]


class Guard(ForkAware):
    """Watches over all experiments with guardrails. Its methods never raise.

    Attributes:
        tally: takes the notes of responses.
        alarmed: breaches of default arms, which are not paused, with the time when each was found
            last; by experiment and guard.
    """

    def __init__(self, edges: Edges) -> None:
        self.tally = Tally()
        self.alarmed: dict[tuple[str, str], tuple[float, Breach]] = {}
        self._edges = edges
        self._judges: dict[str, tuple[Limits, Judge]] = {}
        self._waiting: list[Breach] = []
        self._forgiven: dict[tuple[str, str], tuple[int, float]] = {}
        watch(self)

    def after_fork(self, *, child: bool) -> None:
        """See `ForkAware.after_fork`: what the parent has noted, the parent records."""
        if child:
            self.tally.notes.clear()

    def ledgers(self, steering: Steering) -> dict[str, float]:
        """Return the ledgers that are to be read beside those of the counts."""
        guarded = steering.settings.guardrails
        if not guarded:
            return {}
        found = (each for each in steering.windows if each.rpartition("@")[0] in guarded)
        return dict.fromkeys((f"{ledger}{GUARD}" for ledger in found), 0.0)

    def before(self, steering: Steering) -> None:
        """Record what was noted, and pause the arms that were found: before an exchange."""
        try:
            for record in self.tally.records():
                self._edges.record(record)
            while self._waiting:
                self._pause(steering, self._waiting[0])
                del self._waiting[0]
        except StoreError:
            return  # they wait, until it is back
        except Exception as error:  # noqa: BLE001  # counting has to go on
            self._edges.fault(error)

    def after(
        self,
        steering: Steering,
        snapshots: Mapping[str, ExperimentSnapshot],
        changed: Mapping[str, Counts],
    ) -> None:
        """Judge what changed: after an exchange."""
        try:
            for name, limits in steering.settings.guardrails.items():
                for breach in self._judged(steering, snapshots[name], limits, changed):
                    self._found(breach)
        except Exception as error:  # noqa: BLE001  # counting has to go on
            self._edges.fault(error)

    def _judged(
        self,
        steering: Steering,
        snapshot: ExperimentSnapshot,
        limits: Limits,
        changed: Mapping[str, Counts],
    ) -> Iterator[Breach]:
        experiment = snapshot.experiment
        arms = tuple(arm.name for arm in experiment.arms)
        field = Field(experiment.name, arms, steering.declared[experiment.name].default)
        seen = changed.get(f"{experiment.ledger}{GUARD}")
        if seen is not None:
            judge = self._judge(experiment.ledger, limits)
            yield from judge.look(responses(seen.fields), field, self._edges.clock())
        if experiment.ledger in changed:
            for goal in limits.goals:
                yield from self._costly(steering, snapshot, goal, field)

    def _judge(self, ledger: str, limits: Limits) -> Judge:
        known = self._judges.get(ledger)
        if known is None or known[0] != limits:
            known = self._judges[ledger] = limits, Judge(limits)
        return known[1]

    def _costly(
        self, steering: Steering, snapshot: ExperimentSnapshot, goal: str, field: Field
    ) -> Iterator[Breach]:
        """Yield the arms that cost a goal, by what was decided since they were last forgiven."""
        limits = steering.settings.guardrails[field.experiment]
        every, width = _cohorts(snapshot.fields, goal), snapshot.experiment.cohort_width
        for breach in goal_breaches(goal, every, limits, field, width):
            since = self._forgiven_at(steering, breach)
            late = [each for each in every if each.cohort >= since]
            again = goal_breaches(goal, late, limits, field, width)
            yield from (each for each in again if each.arm == breach.arm)

    def _forgiven_at(self, steering: Steering, breach: Breach) -> float:
        """Return when an operator last let an arm go on; 0 for never."""
        key, version = (breach.experiment, breach.arm), steering.controls.version
        known = self._forgiven.get(key)
        if known is None or known[0] != version:
            changes = changes_in(steering.store, breach.experiment, limit=10_000)
            times = (
                change.time
                for change in changes
                if change.action in _FORGIVING and change.arm in {"", breach.arm}
            )
            known = self._forgiven[key] = version, next(times, 0.0)
        return known[1]

    def _found(self, breach: Breach) -> None:
        if not breach.default:
            self._waiting.append(breach)
            return
        key = breach.experiment, breach.guard
        if key not in self.alarmed:
            _log.warning("experiment %s: %s", breach.experiment, breach.note)
        self.alarmed[key] = self._edges.clock(), breach

    def _pause(self, steering: Steering, breach: Breach) -> None:
        note = f"{breach.guard}: {breach.note}"
        wanted = Wanted("pause", breach.experiment, breach.arm, who=WHO, note=note)
        try:
            steering.operate(wanted)
        except ControlError:  # another process was first, or somebody has stopped it meanwhile
            return
        _log.warning("experiment %s: arm %s is paused: %s", breach.experiment, breach.arm, note)


def _cohorts(fields: Fields, goal: str) -> list[Earned]:
    """Return pulls and rewards of one goal by cohort, in the order of time."""
    found: dict[int, tuple[dict[str, float], dict[str, float]]] = {}
    for name, number in fields.items():
        kind, *rest = name.split("/")
        if kind == "n" or (kind == "k" and rest[2] == goal):
            sums = found.setdefault(int(rest[1]), ({}, {}))
            sums[kind == "k"][rest[0]] = number
    return [Earned(cohort, *found[cohort]) for cohort in sorted(found)]
