"""The totals of an experiment as samples: the same on every process."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from banditware.counts import HOLDOUT
from banditware.prometheus.families import Samples
from banditware.report import experiment_report
from banditware.snapshot import ExperimentSnapshot

#: Arms, and goals, of an experiment that have a label of their own although the configuration does
#: not name them.
MOST = 100

#: What stands for all others.
OTHERS = "*other"


def count(samples: Samples, snapshot: ExperimentSnapshot, state: str) -> None:
    """Add what was counted for an experiment, and how it decides now."""
    experiment = snapshot.experiment
    report = experiment_report(snapshot)
    own = (experiment.name, experiment.version)
    samples.add("experiment_state", (*own, state), 1)
    samples.add("experiment_info", (*own, report["policy"], report["goal"]), 1)
    declared = [arm.name for arm in experiment.arms]
    arms = report["arms"]
    for arm in declared or arms:
        if arms[arm]["propensity"] is not None:
            samples.add("propensity", (*own, arm), arms[arm]["propensity"])
    counted = {**arms, **({HOLDOUT: report["holdout"]} if "holdout" in report else {})}
    labels = labelled(counted, [*declared, HOLDOUT])
    goals = labelled(_goals(counted), [experiment.goal])
    for arm, pulls in _summed((labels[arm], counted[arm]["pulls"]) for arm in counted):
        samples.add("pulls", (*own, arm), pulls)
    for name, key in (("rewards", "rewards"), ("reward_amount", "reward_sum")):
        found = (
            ((labels[arm], goals[goal]), sums[key])
            for arm, numbers in counted.items()
            for goal, sums in {experiment.goal: _NONE, **numbers["goals"]}.items()
        )
        for (arm, goal), number in _summed(found):
            samples.add(name, (*own, arm, goal), number)
    for reason, number in report["excluded"].items():
        samples.add("excluded", (*own, reason), number)


#: An arm that has earned nothing yet is at zero: it has not come from nowhere when it earns.
_NONE = {"rewards": 0, "reward_sum": 0.0}


def _goals(counted: Mapping[str, Any]) -> set[str]:
    return {goal for numbers in counted.values() for goal in numbers["goals"]}


def labelled(names: Iterable[str], declared: Iterable[str]) -> dict[str, str]:
    """Return the label of every name: its own, or `OTHERS` if there are more than `MOST`.

    The first by name keep theirs, on every process alike. So the numbers of `OTHERS` only grow:
    a new name may push another one there, and none ever comes out.

    Args:
        names: what was counted.
        declared: those that keep their own in any case.
    """
    kept = dict.fromkeys(declared)
    strangers = sorted(set(names) - kept.keys())
    own = {name: name for name in (*kept, *strangers[:MOST])}
    return own | dict.fromkeys(strangers[MOST:], OTHERS)


def _summed(pairs: Iterable[tuple[Any, float]]) -> Iterable[tuple[Any, float]]:
    sums: dict[Any, float] = {}
    for label, number in pairs:
        sums[label] = sums.get(label, 0) + number
    return sums.items()
