"""What the rewards of a pull add up to at least and at most, which an interval has to know."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from banditware.counts import HOLDOUT, ArmTotals, GoalTotals
from banditware.model import Experiment, Statistics


class Range(NamedTuple):
    """The least and most that a pull can earn; one without a reward earns 0.

    Attributes:
        low: the least; 0 or below.
        high: the most; 0 or above.
    """

    low: float
    high: float

    def unit(self, total: float, pulls: float) -> float:
        """Return the sum of what so many pulls earned, with each of them mapped into [0, 1]."""
        return max(0.0, (total - self.low * pulls) / (self.high - self.low))

    def reward(self, unit: float) -> float:
        """Return what a mean in [0, 1] is as a reward."""
        return self.low + unit * (self.high - self.low)


def range_of(experiment: Experiment, sums: Mapping[str, ArmTotals]) -> Range | str:
    """Return the range of what a pull earns, or a sentence on why it is not known.

    Args:
        experiment: the experiment; its range is that of `reward_range`, or [0, 1] where the policy
            needs such rewards. Undeclared, it is [0, 1] as long as every reward was exactly 1, as
            conversions are: the sum of `(r - 1)^2` is then zero.
        sums: its counts.
    """
    own = {name: _own(experiment, arm) for name, arm in sums.items()}
    if any(own[name].rewards > arm.pulls for name, arm in sums.items()):
        return (
            "No intervals: there are more rewards than pulls, so that what a pull earns has no "
            "bound. Count single rewards (once: true), or take a goal of which there is one."
        )
    if experiment.reward_range is not None:
        low, high = experiment.reward_range
        return Range(min(0.0, low), max(0.0, high))
    spread = (each.squares - 2.0 * each.reward_sum + each.rewards for each in own.values())
    if experiment.policy.unit_rewards or not any(spread):
        return Range(0.0, 1.0)
    return (
        "No intervals: how large a reward can be is not known. Declare reward_range: [lowest, "
        "highest]."
    )


def successes(
    experiment: Experiment, sums: Mapping[str, ArmTotals], seen: Statistics
) -> Statistics:
    """Return statistics whose `successes` are what pulls earned, mapped into [0, 1].

    Args:
        experiment: one whose range is known.
        sums: its counts.
        seen: what they say of its arms.
    """
    known = range_of(experiment, sums)
    if isinstance(known, str):
        return seen
    mapped = []
    for name, pulls in zip(seen.arms, seen.pulls, strict=True):
        own = _own(experiment, sums.get(name, ArmTotals()))
        mapped.append(known.unit(_clipped(experiment, own, held=name == HOLDOUT), pulls))
    return seen._replace(successes=tuple(mapped))


def _own(experiment: Experiment, arm: ArmTotals) -> GoalTotals:
    return arm.goals.get(experiment.goal, GoalTotals())


def _clipped(experiment: Experiment, own: GoalTotals, *, held: bool) -> float:
    """Return the sum of rewards as the policy learns from them: cut where they leave the range.

    Nobody learns from the holdout, so its rewards are as they came.
    """
    low, high = experiment.reward_range or (0.0, 1.0)
    return own.reward_sum if held else own.successes * (high - low) + low * own.rewards
