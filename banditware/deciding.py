"""From a snapshot to a decision, and from a decision to what the spool keeps of it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from functools import lru_cache
from random import Random
from typing import Any

from banditware.counts import HOLDOUT, PULL, excluded, line, once_key, pull
from banditware.ids import new_id
from banditware.model import NO_BASIS, Arm, Basis, Decision, Experiment
from banditware.snapshot import ExperimentSnapshot
from banditware.targeting import closed_by
from banditware.tokens import SKEW, Assignment, Assignments, Sticky

Seal = Callable[[Decision], str]

#: Makes a named tuple of all its fields in a third of the time that its own constructor takes.
_new = tuple.__new__


def drawn(
    snapshot: ExperimentSnapshot, random: Random, *, now: float, seal: Seal, uncounted: str = ""
) -> Decision:
    """Return the decision that the random generator draws from the snapshot at `now`.

    `uncounted` is why it will not be a pull, if it will not.
    """
    index = bisect_right(snapshot.boundaries, random.random())
    experiment = snapshot.experiment
    arm = experiment.arms[index]
    fields = (
        experiment.name,
        arm.name,
        arm.value,
        snapshot.probabilities[index],
        uncounted or "drawn",
        not uncounted,
        new_id(random),
        now,
        experiment.version,
        seal,
        snapshot.version,
        NO_BASIS,
        None,
        snapshot.shares,
    )
    return _new(Decision, fields)


def held_out(experiment: Experiment, random: Random, *, now: float, seal: Seal) -> Decision:
    """Return the default for a subject of the holdout, with an id of its own to be credited."""
    decision = undecided(experiment, "holdout", seal=seal)
    return decision._replace(id=new_id(random), time=now)


def undecided(
    experiment: Experiment, reason: str, *, seal: Seal, default: str | None = None
) -> Decision:
    """Return what is served when nothing may be decided: the default, which is no pull.

    `default` overrides the experiment's own; a name that is no arm of it stands for itself.
    """
    name = experiment.default if default is None else default
    itself = None if default is None and not name else name
    value: Any = next((arm.value for arm in experiment.arms if arm.name == name), itself)
    version = experiment.version
    return Decision(experiment.name, name, value, 1.0, reason, False, "", 0.0, version, seal)


def again(
    snapshot: ExperimentSnapshot,
    assignment: Assignment,
    *,
    now: float,
    seal: Seal,
    uncounted: str = "",
) -> Decision | None:
    """Return the decision that was made before, or None if it may not be served again.

    Its arm may be gone, its version another, or its time over. The propensity is that of the draw.
    A decision that was served but not counted so far is counted now, unless `uncounted` says why
    not.
    """
    experiment = snapshot.experiment
    name, version, arm_name, propensity, time, id_, counted, features = assignment
    sticky = experiment.sticky
    if sticky is None or version != experiment.version or not -SKEW <= now - time <= sticky:
        return None
    holdout = arm_name == HOLDOUT
    arm = _known(snapshot, experiment.default if holdout else arm_name)
    if arm is None:
        return None
    reason, counts = "sticky", False
    if holdout:
        reason = "holdout"
    elif not counted:
        reason, counts = uncounted or "sticky", not uncounted
    made = (propensity, reason, counts, id_, time, version, seal)
    basis = Basis(features=features) if features else NO_BASIS
    return Decision(name, arm.name, arm.value, *made, basis=basis)


def _known(snapshot: ExperimentSnapshot, name: str) -> Arm | None:
    """Return the arm of that name; where the caller may name the actions, any name is one."""
    arm = snapshot.by_name.get(name)
    experiment = snapshot.experiment
    if (
        arm is None
        and experiment.context is not None
        and name not in closed_by(experiment.targeting)
    ):
        return Arm(name, name or None)
    return arm


def sticky(
    known: Assignments, snapshot: ExperimentSnapshot, *, now: float, seal: Seal
) -> Decision | None:
    """Return what `again` does for an assignment that was counted.

    Such a decision is the same on every request, so it is kept in `known.served`, beside the
    cookie that says it.
    """
    experiment = snapshot.experiment
    assignment = known.by_experiment[experiment.name]
    decision = again(snapshot, assignment, now=now, seal=seal)
    if decision is not None and experiment.sticky is not None:
        since, until = assignment.time - SKEW, assignment.time + experiment.sticky
        settled = experiment.targeting is None and snapshot.chooser is None
        known.served[experiment.name] = Sticky(experiment, since, until, decision, settled)
    return decision


def late_pull_record(ledger: str, assignment: Assignment, cohort: int) -> bytes:
    """Return the spool record of a pull that an earlier request served and did not count.

    Its cookie may come with many requests at once, of which only the first is the pull.
    """
    once = once_key(assignment.time, assignment.id, PULL)
    return line(ledger, once, pull(assignment.arm, cohort))


@lru_cache(1_024)
def excluded_record(ledger: str, reason: str) -> bytes:
    """Return the spool record of a decision or reward that does not count, for `reason`."""
    return line(ledger, "", excluded(reason))


def unknown(experiment: str, default: str, seal: Seal) -> Decision:
    """Return what is served for an experiment that is not in the configuration."""
    return Decision(experiment, default, default, 1.0, "unknown", False, "", 0.0, "", seal)
