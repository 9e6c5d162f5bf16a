"""What happened, as a request leaves it for the decision log: references only, nothing formatted.

One is made for every decision and every reward, so they are tuples, and making one is all that a
request does for the log.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

from banditware.crediting import Reward
from banditware.model import NO_BASIS, Basis, Decision, Experiment
from banditware.tokens import Assignment


class Decided(NamedTuple):
    """A decision, once it is known whether it counts.

    Attributes:
        time: when it was served, in seconds since the epoch.
        subject: whom it is for, or None if nobody said.
        experiment: the experiment.
        decision: what was decided.
        basis: what it was based on; see `kept`.
        excluded: the reason under which it was excluded from the counts, or nothing.
        again: True if it was served and counted before, and is no pull any more.
    """

    time: float
    subject: str | None
    experiment: Experiment
    decision: Decision
    basis: Basis = NO_BASIS
    excluded: str = ""
    again: bool = False


class Rewarded(NamedTuple):
    """A reward, credited or refused.

    Attributes:
        time: when it was earned, in seconds since the epoch.
        subject: who earned it, or None if nobody said.
        experiment: the experiment.
        assignment: the decision it belongs to, or None if there is none.
        reward: what was asked for.
        excluded: the reason for which it was not credited, or nothing.
    """

    time: float
    subject: str | None
    experiment: Experiment
    assignment: Assignment | None
    reward: Reward
    excluded: str = ""


class Identified(NamedTuple):
    """Two subjects that turned out to be one person.

    Attributes:
        time: when that was found, in seconds since the epoch.
        subject: who the device was.
        known: who it is from now on.
        conflicts: experiments in which the device was shown another arm.
    """

    time: float
    subject: str
    known: str
    conflicts: tuple[str, ...] = ()


Happened: TypeAlias = Decided | Rewarded | Identified


def at_once(decision: Decision, experiment: Experiment, subject: str | None) -> Decided:
    """Return what happened when a decision was made that no response can change any more."""
    excluded = "" if decision.counted else decision.reason
    return Decided(decision.time, subject, experiment, decision, kept(decision), excluded)


def kept(decision: Decision) -> Basis:
    """Return a decision's basis such that callers may go on to use the attributes' dicts.

    Attributes of actions that were not chosen are not copied.
    """
    basis = decision.basis
    if basis is NO_BASIS:
        return basis
    context, actions, features, gap = basis
    arm = decision.arm
    if arm in actions:
        actions = {**actions, arm: dict(actions[arm])}
    return Basis(dict(context), actions, features, gap)
