"""What a cookie remembers, and whether it may be served again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from banditware.actions import GivenActions
from banditware.deciding import Seal, again, sticky
from banditware.model import Decision, Experiment
from banditware.snapshot import ExperimentSnapshot
from banditware.targeting import matches
from banditware.tokens import Assignments


def returned(
    known: Assignments,
    snapshot: ExperimentSnapshot,
    *,
    now: float,
    seal: Seal,
    uncounted: Callable[[Experiment], str],
) -> Decision | None:
    """Return the decision that the cookie remembers, if its arm, version and time still hold.

    Args:
        known: what the cookie says.
        snapshot: the experiment.
        now: seconds since the epoch.
        seal: signs the decision into a token.
        uncounted: returns why a decision of the request is no pull, or nothing.
    """
    experiment = snapshot.experiment
    assignment = known.by_experiment.get(experiment.name)
    if assignment is None:
        return None
    if assignment.counted:
        return sticky(known, snapshot, now=now, seal=seal)
    return again(snapshot, assignment, now=now, seal=seal, uncounted=uncounted(experiment))


def offered(
    decision: Decision,
    snapshot: ExperimentSnapshot,
    actions: GivenActions | None,
    said: Callable[[], Mapping[str, Any]],
) -> bool:
    """Return True if what was decided in context is there for the subject now.

    Args:
        decision: what was decided. The holdout's default is always there.
        snapshot: the experiment.
        actions: those that the caller gave, or None for the experiment's arms.
        said: returns the attributes of the subject, which an arm's `available` asks for.
    """
    if decision.reason == "holdout":
        return True
    if actions is not None:
        return decision.arm in actions
    arm = snapshot.by_name.get(decision.arm)
    if arm is None:
        return not snapshot.experiment.arms
    return not arm.available or matches(arm.available, said())
