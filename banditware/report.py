"""Counts as people and programs read them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from banditware.counts import HOLDOUT, ArmTotals, GoalTotals
from banditware.snapshot import ExperimentSnapshot


def experiment_report(snapshot: ExperimentSnapshot) -> dict[str, Any]:
    """Return one experiment's counts and propensities as plain, JSON-ready values.

    An arm's own `rewards` and `reward_sum` are those of the experiment's goal. Arms that were
    removed and still have counts are listed with a propensity of 0. That of a contextual experiment
    is for a subject of whom nothing is known, and None where the app says what there is. `total` is
    what all arms earned together, to be compared with the `holdout`, which has the same numbers for
    the status quo.
    """
    experiment = snapshot.experiment
    sums = snapshot.sums
    propensities = dict(
        zip((arm.name for arm in experiment.arms), snapshot.probabilities, strict=True)
    )
    arms = {name: arm for name, arm in sums.arms.items() if name != HOLDOUT}
    holdout = sums.arms.get(HOLDOUT)
    names = [*propensities, *sorted(arms.keys() - propensities.keys())]
    report: dict[str, Any] = {
        "policy": (experiment.context or experiment).policy.name,
        "goal": experiment.goal,
        "version": experiment.version,
        "arms": {
            name: {
                **_arm(arms.get(name, ArmTotals()), experiment.goal),
                "propensity": propensities.get(name, 0.0 if experiment.arms else None),
            }
            for name in names
        },
        "total": _compared(_together(arms.values()), experiment.goal),
        "excluded": dict(sorted(sums.excluded.items())),
    }
    if holdout is not None:
        report["holdout"] = _compared(holdout, experiment.goal)
    return report


def _together(arms: Iterable[ArmTotals]) -> ArmTotals:
    """Return the sum of the arms."""
    total = ArmTotals()
    for arm in arms:
        total.pulls += arm.pulls
        for goal, sums in arm.goals.items():
            so_far = total.goals.setdefault(goal, GoalTotals())
            so_far.rewards += sums.rewards
            so_far.reward_sum += sums.reward_sum
    return total


def _compared(arm: ArmTotals, goal: str) -> dict[str, Any]:
    """Return an arm's numbers with rewards and their sum per pull; None where there is no pull."""
    numbers = _arm(arm, goal)
    pulls = numbers["pulls"]
    return {
        **numbers,
        "rate": numbers["rewards"] / pulls if pulls else None,
        "mean": numbers["reward_sum"] / pulls if pulls else None,
    }


def _arm(arm: ArmTotals, goal: str) -> dict[str, Any]:
    own = arm.goals.get(goal, GoalTotals())
    return {
        "pulls": arm.pulls,
        "rewards": int(own.rewards),
        "reward_sum": float(own.reward_sum),
        "goals": {
            name: {"rewards": int(sums.rewards), "reward_sum": float(sums.reward_sum)}
            for name, sums in sorted(arm.goals.items())
        },
    }
