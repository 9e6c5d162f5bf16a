"""What a draw rests on: every arm's probability, and the numbers it came from.

The probabilities are not worked out in another way, but asked of what draws.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from banditware.counts import ArmTotals, GoalTotals
from banditware.details import Weighed
from banditware.errors import ContextError
from banditware.maturity import statistics
from banditware.model import Basis
from banditware.snapshot import ExperimentSnapshot
from banditware.trying import Asked

if TYPE_CHECKING:
    from banditware.contextual.choosing import Chooser


class Weights(NamedTuple):
    """What a draw rests on.

    Attributes:
        arms: what is drawn from.
        model: what a contextual policy knows beside the scores.
    """

    arms: tuple[Weighed, ...] = ()
    model: Mapping[str, float] = {}


def weights(asked: Asked) -> Weights:
    """Return what a draw rests on; nothing where the context or the actions cannot be used."""
    chooser = asked.snapshot.chooser
    if chooser is None:
        return Weights(_plain(asked.snapshot))
    try:
        basis = asked.basis()
    except ContextError:
        return Weights()
    return Weights(_scored(asked.snapshot, chooser, basis), chooser.model.evidence._asdict())


def _plain(snapshot: ExperimentSnapshot) -> tuple[Weighed, ...]:
    """Return the arms of an experiment without context."""
    from banditware.policies.insights import insights  # noqa: PLC0415  # all policies: heavy

    arms = [arm.name for arm in snapshot.experiment.arms]
    counted = _counted(snapshot, arms)
    known = insights(
        snapshot.experiment.policy, statistics(snapshot.fields, arms, reading=snapshot.reading)
    )
    return tuple(
        Weighed(
            arm,
            snapshot.probabilities[at],
            *counted[arm],
            known={name: numbers[at] for name, numbers in known.items()},
        )
        for at, arm in enumerate(arms)
    )


def _scored(snapshot: ExperimentSnapshot, chooser: Chooser, basis: Basis) -> tuple[Weighed, ...]:
    """Return the actions of a contextual experiment."""
    context, actions = basis.context, basis.actions
    scores, shares = chooser.weighed(context, actions)
    errors: list[float | None] = [None] * len(scores)
    if chooser.uncertain:
        errors = [*chooser.model.errors(context, actions)]
    counted, best = _counted(snapshot, list(actions)), max(scores)
    return tuple(
        Weighed(
            name,
            shares[at],
            *counted[name],
            score=scores[at],
            gap=best - scores[at],
            error=errors[at],
            terms=chooser.model.terms(context, name, attributes),
            attributes=attributes,
        )
        for at, (name, attributes) in enumerate(actions.items())
    )


def _counted(
    snapshot: ExperimentSnapshot, arms: list[str]
) -> dict[str, tuple[float, int, float | None]]:
    """Return matured pulls, rewards and mean reward by arm."""
    numbers = statistics(snapshot.fields, arms, reading=snapshot.reading)
    sums, goal = snapshot.sums.arms, snapshot.experiment.goal
    earned = {arm: sums.get(arm, ArmTotals()).goals.get(goal, GoalTotals()).rewards for arm in arms}
    rows = zip(numbers.arms, numbers.pulls, numbers.sums, strict=True)
    return {
        arm: (pulls, int(earned[arm]), total / pulls if pulls else None)
        for arm, pulls, total in rows
    }
