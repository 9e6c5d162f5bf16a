"""Decisions that become pulls after their response, because somebody has seen them."""

from __future__ import annotations

from banditware.beacon import BEACON
from banditware.contexts import pulled
from banditware.counts import HOLDOUT, PULL, excluded, line, once_key, pull
from banditware.crediting import Reward, credit
from banditware.deciding import Seal, late_pull_record
from banditware.model import NO_BASIS, Basis, Decision
from banditware.snapshot import ExperimentSnapshot
from banditware.tokens import SKEW, Assignment


def awaits(snapshot: ExperimentSnapshot, entry: Assignment, now: float) -> bool:
    """Return True if a decision is no pull so far, and is one as soon as it is seen.

    As long as it could be rewarded, that is; and only in the version of the experiment that
    made it.
    """
    experiment = snapshot.experiment
    targeting = experiment.targeting
    return (
        not entry.counted
        and not (targeting is not None and targeting.frozen)
        and bool(entry.id)
        and BEACON in experiment.methods
        and entry.version == experiment.version
        and -SKEW <= now - entry.time <= experiment.attribution
    )


def seen_record(snapshot: ExperimentSnapshot, entry: Assignment, seal: Seal) -> bytes:
    """Return the record of a pull that is a decision of an earlier response; it counts once."""
    experiment = snapshot.experiment
    if entry.features:
        return pulled(snapshot, seen_decision(snapshot, entry, seal), entry.time, again=True)
    cohort = experiment.cohort(entry.time)
    if entry.arm == HOLDOUT:
        once = once_key(entry.time, entry.id, PULL)
        return line(experiment.ledger, once, pull(HOLDOUT, cohort), excluded("holdout"))
    return late_pull_record(experiment.ledger, entry, cohort)


def seen_decision(snapshot: ExperimentSnapshot, entry: Assignment, seal: Seal) -> Decision:
    """Return the decision that was seen, for the decision log."""
    holdout = entry.arm == HOLDOUT
    name = snapshot.experiment.default if holdout else entry.arm
    arm = snapshot.by_name.get(name)
    return Decision(
        experiment=entry.experiment,
        arm=name,
        value=name if arm is None else arm.value,
        propensity=entry.propensity,
        reason="holdout" if holdout else "sticky",
        counted=not holdout,
        id=entry.id,
        time=entry.time,
        version=entry.version,
        seal=seal,
        basis=Basis(features=entry.features) if entry.features else NO_BASIS,
    )


def credited(
    snapshot: ExperimentSnapshot,
    entry: Assignment | None,
    given: Reward,
    *,
    now: float,
    seal: Seal,
) -> tuple[bytes, ...]:
    """Return the records that credit a reward; the pull goes first, if the reward proves it.

    Nothing may earn that was no pull. But who does what is rewarded has seen the page, even if its
    beacon is still on the way, or will never come.

    Raises:
        RefusedError: as `credit` does; then nothing is a pull, either.
    """
    experiment = snapshot.experiment
    if entry is None or not awaits(snapshot, entry, now):
        return (credit(experiment, entry, given, now),)
    earned = credit(experiment, entry._replace(counted=True), given, now)
    return (seen_record(snapshot, entry, seal), earned)
