"""Help for the tests of apps that have experiments."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import NamedTuple

from banditware.bandit import Bandit
from banditware.forcing import check_arm
from banditware.model import Experiment
from banditware.policies.fixed import Fixed
from banditware.snapshot import Snapshot, unread, updated


class Counted(NamedTuple):
    """What was counted for an arm.

    Attributes:
        pulls: pulls.
        rewards: rewards of the experiment's goal.
        reward_sum: their sum.
    """

    pulls: int
    rewards: int
    reward_sum: float


@contextmanager
def forced(bandit: Bandit, arms: Mapping[str, str]) -> Iterator[None]:
    """Let everybody who has no arm yet get these ones, whatever was learnt and whoever takes part.

    They are drawn, remembered, counted and rewarded like any other. Who has an arm already keeps
    it, and bots get the default.

    Args:
        bandit: the app's.
        arms: name of the arm by name of the experiment.

    Raises:
        UnknownExperimentError: no experiment has that name.
        ValueError: the experiment has no such arm, or is contextual.
    """
    experiments = [bandit._ground.snapshot.known(name).experiment for name in arms]  # noqa: SLF001  # a helper of ours
    changed = [_always(each, arms[each.name]) for each in experiments]
    _decide_by(bandit, changed)
    try:
        yield
    finally:
        _decide_by(bandit, experiments)


def counted(bandit: Bandit, experiment: str) -> dict[str, Counted]:
    """Return what was counted for each arm, current to the last response.

    Raises:
        UnknownExperimentError: no experiment has that name.
        StoreError: the store cannot be reached.
    """
    arms = bandit.stats(experiment)["arms"]
    return {
        name: Counted(arm["pulls"], arm["rewards"], arm["reward_sum"]) for name, arm in arms.items()
    }


def _always(experiment: Experiment, arm: str) -> Experiment:
    names = [each.name for each in experiment.arms]
    if experiment.context is not None:
        raise ValueError(f"{experiment.name!r} is contextual: offer it one action instead")
    check_arm(experiment.name, arm, names)
    policy = Fixed({name: float(name == arm) for name in names})
    return replace(experiment, policy=policy, targeting=None, holdout=0.0)


def _decide_by(bandit: Bandit, experiments: Iterable[Experiment]) -> None:
    """Put experiments in the place of those of the same names, with the counts there are."""
    ground = bandit._ground  # noqa: SLF001  # a helper of ours
    found = dict(ground.snapshot.experiments)
    for each in experiments:
        before = found[each.name]
        after = updated(unread(each), before.fields, version=before.version, now=ground.clock())
        found[each.name] = after
    ground.snapshot = Snapshot(found)
