"""What a store tells of the configuration with which its counts were made.

Counts say which versions and arms there were, and by their cohorts until when. That is all that is
left of a configuration: policies and their parameters leave no trace.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from banditware.counts import HOLDOUT, Fields
from banditware.model import DAY, SHARED


@dataclass(slots=True)
class ArmUse:
    """What was counted of one arm: pulls and rewards, and the last cohort with a pull."""

    pulls: int = 0
    rewards: int = 0
    last: int = 0


@dataclass(slots=True)
class Use:
    """What was counted under one version of an experiment.

    Attributes:
        version: the version.
        arms: by arm; the holdout is one of them.
        goals: rewards by goal.
        learnt: goals of which a policy has learnt.
    """

    version: str
    arms: dict[str, ArmUse] = field(default_factory=dict)
    goals: dict[str, int] = field(default_factory=dict)
    learnt: set[str] = field(default_factory=set)

    @property
    def pulls(self) -> int:
        """Pulls of all arms and the holdout."""
        return sum(arm.pulls for arm in self.arms.values())

    @property
    def rewards(self) -> int:
        """Rewards of all arms and the holdout, of every goal."""
        return sum(arm.rewards for arm in self.arms.values())

    @property
    def last(self) -> int:
        """The last cohort with a pull, in seconds since the epoch; 0 if all of them are old."""
        return max((arm.last for arm in self.arms.values()), default=0)

    def active(self, within: float = 7 * DAY) -> set[str]:
        """Return the arms that were still pulled when the last pulls were counted.

        Args:
            within: seconds before the last cohort.
        """
        since = self.last - within
        found = {name for name, arm in self.arms.items() if arm.pulls and arm.last >= since}
        return found - {HOLDOUT, SHARED}


def used(ledgers: Mapping[str, Fields]) -> dict[str, list[Use]]:
    """Return what was counted, by experiment: its versions, the one that was used last first.

    Args:
        ledgers: counts by ledger.
    """
    found: dict[str, list[Use]] = {}
    for ledger, fields in ledgers.items():
        experiment, at, version = ledger.partition("@")
        if at:
            found.setdefault(experiment, []).append(_use(version, fields.items()))
    for uses in found.values():
        uses.sort(key=lambda use: (use.last, use.pulls), reverse=True)
    return found


def _use(version: str, fields: Iterable[tuple[str, float]]) -> Use:
    use = Use(version)
    for name, number in fields:
        kind, *rest = name.split("/")
        if kind == "n":
            arm = use.arms.setdefault(rest[0], ArmUse())
            arm.pulls += int(number)
            arm.last = max(arm.last, int(rest[1])) if number else arm.last
        elif kind == "k":
            use.arms.setdefault(rest[0], ArmUse()).rewards += int(number)
            use.goals[rest[2]] = use.goals.get(rest[2], 0) + int(number)
        elif kind == "m":
            use.learnt.add(rest[2])
    return use
