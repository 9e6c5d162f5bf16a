"""A decision outside of a request: for a caller who can be told what is wrong."""

from __future__ import annotations

from collections.abc import Callable

from banditware.actions import NO_ACTIONS
from banditware.contexts import Given, pulled, usable, weighed
from banditware.counts import HOLDOUT
from banditware.deciding import drawn, excluded_record, held_out, undecided
from banditware.errors import ContextError
from banditware.excluding import outside
from banditware.ground import Ground
from banditware.model import Decision, Experiment
from banditware.recording import drawn_record, pull_record
from banditware.snapshot import ExperimentSnapshot
from banditware.targeting import PAUSED, in_holdout

#: Counts records, at once.
Record = Callable[..., None]


def outright(
    ground: Ground,
    snapshot: ExperimentSnapshot,
    given: Given,
    default: str | None,
    record: Record,
) -> Decision:
    """Return a decision that is counted.

    Args:
        ground: what all decisions of the app stand on.
        snapshot: the experiment.
        given: what to decide by.
        default: what to serve instead of the experiment's own default to who does not take part.
        record: counts.

    Raises:
        ContextError: the context or the actions cannot be used, which is counted, too; see
            `_instead`.
    """
    chosen, now = snapshot.experiment, ground.clock()
    try:
        if not chosen.open:
            given = usable(given)
            kept = _kept(ground, chosen, given, now=now, default=default)
            if kept is not None:
                decision, records = kept
                record(*records)
                return decision
        if snapshot.chooser is None and given.actions is None:
            decision = drawn(snapshot, ground.random, now=now, seal=ground.seal)
            record(drawn_record(snapshot, decision.arm, now))
            return decision
        decision = weighed(snapshot, given, ground.random, now, ground.seal)
    except ContextError as error:
        record(excluded_record(chosen.ledger, error.reason))
        return _instead(ground, chosen, given, error, default)
    record(pulled(snapshot, decision, now))
    return decision


def _instead(
    ground: Ground, chosen: Experiment, given: Given, error: ContextError, default: str | None
) -> Decision:
    """Return the default, where an error means that there was nothing to choose from.

    If none of the experiment's arms is available, that is what the configuration wants, and no
    mistake, nor is it the caller's if all actions are paused; nor is no action at all, if a default
    is given.

    Raises:
        ContextError: the error, if it is one.
    """
    wanted = given.actions is None and chosen.arms
    mistaken = error.reason != NO_ACTIONS or (default is None and not wanted)
    if mistaken and error.reason != PAUSED:
        raise error
    return undecided(chosen, error.reason, seal=ground.seal, default=default)


def _kept(
    ground: Ground, chosen: Experiment, given: Given, *, now: float, default: str | None
) -> tuple[Decision, tuple[bytes, ...]] | None:
    """Return the decision for who is kept from the arms and its records; None for others."""
    subject, seal = given.subject, ground.seal
    why = outside(chosen.targeting, now, subject, given.context, ground.random)
    if why:
        decision = undecided(chosen, why, seal=seal, default=default)
        return decision, (excluded_record(chosen.ledger, why),)
    if subject is None or not in_holdout(subject, chosen.name, chosen.holdout):
        return None
    decision = held_out(chosen, ground.random, now=now, seal=seal)
    pull = pull_record(chosen.ledger, HOLDOUT, chosen.cohort(now))
    return decision, (excluded_record(chosen.ledger, "holdout"), pull)
