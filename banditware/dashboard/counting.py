"""What the overview says of an experiment, from the counts in memory alone.

An overview of hundreds of experiments must not read their histories: the counts that decisions are
made from have the time of every decision of the last days in them, by cohort, and are in memory.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from banditware.counts import HOLDOUT
from banditware.model import DAY
from banditware.snapshot import ExperimentSnapshot

#: Points of a line that shows a week, and seconds of each.
POINTS, STEP = 28, 6 * 3600


class ArmCounts(NamedTuple):
    """What an arm came to.

    Attributes:
        pulls: pulls.
        rewards: rewards of the experiment's goal.
    """

    pulls: float
    rewards: float

    @property
    def rate(self) -> float | None:
        """Rewards per pull; None without pulls."""
        return self.rewards / self.pulls if self.pulls else None


class Tally(NamedTuple):
    """What the counts of an experiment say at a glance.

    Attributes:
        arms: counts by arm, the holdout left out.
        lately: pulls of the last day.
        recent: by arm, its pulls in every step of the last week, oldest first.
    """

    arms: Mapping[str, ArmCounts]
    lately: float
    recent: Mapping[str, tuple[float, ...]]

    @property
    def pulls(self) -> float:
        """The pulls of all arms."""
        return sum(arm.pulls for arm in self.arms.values())

    @property
    def rewards(self) -> float:
        """The rewards of all arms."""
        return sum(arm.rewards for arm in self.arms.values())

    def shares(self, arm: str) -> tuple[float | None, ...]:
        """Return an arm's share of every step of the last week; None where there was no pull."""
        sums = [sum(step) for step in zip(*self.recent.values(), strict=True)]
        own = self.recent.get(arm, (0.0,) * POINTS)
        return tuple(part / whole if whole else None for part, whole in zip(own, sums, strict=True))


def tally(snapshot: ExperimentSnapshot, now: float) -> Tally:
    """Return what the counts of an experiment say; `now` in seconds since the epoch.

    One look at each field: the kinds that do not matter here are most of them.
    """
    goal = f"/{snapshot.experiment.goal}"
    pulls: dict[str, float] = dict.fromkeys((arm.name for arm in snapshot.experiment.arms), 0.0)
    rewards = dict(pulls)
    recent: dict[str, list[float]] = {arm: [0.0] * POINTS for arm in pulls}
    first, lately = now - POINTS * STEP, 0.0
    width = snapshot.experiment.cohort_width
    for field, count in snapshot.fields.items():
        kind = field[0]
        if kind == "n":
            _, arm, text = field.split("/")
            if arm == HOLDOUT:
                continue
            pulls[arm] = pulls.get(arm, 0.0) + count
            middle = min(now, int(text) + width / 2)
            if middle > first:
                steps = recent.setdefault(arm, [0.0] * POINTS)
                steps[min(POINTS - 1, int((middle - first) // STEP))] += count
                lately += count if middle > now - DAY else 0.0
        elif kind == "k" and field.endswith(goal):
            arm = field.split("/", 2)[1]
            rewards[arm] = rewards.get(arm, 0.0) + count
    rewards.pop(HOLDOUT, None)
    arms = {arm: ArmCounts(number, rewards.get(arm, 0.0)) for arm, number in pulls.items()}
    return Tally(arms, lately, {arm: tuple(steps) for arm, steps in recent.items()})
