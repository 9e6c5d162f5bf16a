"""Which arm is beyond which limit. Pure but for what it has seen: it is asked, and told the time.

Every process judges by the totals of all, from when it first saw them; who is first to find an arm
beyond a limit pauses it for all. An arm that is paused is forgotten, so that it begins anew when it
is resumed.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from banditware.guardrails.evidence import Detector, Stretch
from banditware.guardrails.tally import Responses, bucket_of, longest, together
from banditware.limits import Limits

#: Seconds for which `Limits.alpha` holds, and from one beginning of the bets to the next.
PERIOD, BEGINNING = 30 * 86_400.0, 60.0

#: Responses of each side that make a stretch; and of the default, before its quantiles are known.
_STRETCH, _KNOWN = 10, 100


class Breach(NamedTuple):
    """An arm that is beyond a limit.

    Attributes:
        experiment: name of the experiment.
        arm: name of the arm.
        guard: `errors`, `latency`, or `goals.` and the name of a goal.
        default: True if it is the default arm, which is compared with all others together.
        note: one sentence on it.
    """

    experiment: str
    arm: str
    guard: str
    default: bool
    note: str


class Field(NamedTuple):
    """Who takes part.

    Attributes:
        experiment: name of the experiment.
        arms: names of the arms that can be drawn.
        default: name of the default arm.
    """

    experiment: str
    arms: tuple[str, ...]
    default: str


@dataclass(slots=True)
class _Case:
    """One arm under one limit.

    Attributes:
        detector: what speaks against it.
        arm: its responses when the stretch began.
        others: those of the others.
        first: both, when last nothing spoke against it.
        began: when the bets last began anew.
    """

    detector: Detector
    arm: Responses
    others: Responses
    first: tuple[Responses, Responses]
    began: float


class Judge:
    """Watches over the responses of one experiment."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._cases: dict[tuple[str, str], _Case] = {}

    def look(self, seen: Mapping[str, Responses], field: Field, now: float) -> list[Breach]:
        """Return which arms are found to be beyond a limit now.

        Args:
            seen: totals of all processes, by arm.
            field: who takes part.
            now: seconds since the epoch.
        """
        limits = self._limits
        guards = [name for name in ("errors", "latency") if getattr(limits, name) is not None]
        self._cases = {key: case for key, case in self._cases.items() if key[0] in field.arms}
        found = []
        for arm in field.arms:
            mine, others = seen.get(arm, Responses()), _others(arm, seen, field)
            for guard in guards:
                case = self._case((arm, guard), mine, others, now)
                if self._advanced(case, guard, mine, others):
                    bar = log_bar(limits, field, PERIOD / BEGINNING)
                    if case.detector.log_value >= bar:
                        found.append(self._breach(case, arm, guard, field))
        return found

    def _case(self, key: tuple[str, str], mine: Responses, others: Responses, now: float) -> _Case:
        """Return what is known of an arm, with its bets begun anew when it is time."""
        case = self._cases.get(key)
        if case is None or mine.number < case.arm.number or others.number < case.others.number:
            case = _Case(Detector(), mine, others, (mine, others), -math.inf)
            self._cases[key] = case
        if not case.began <= now < case.began + BEGINNING:
            if case.detector.log_value < 0.0:
                case.first = case.arm, case.others
            case.detector.begin()
            case.began = now
        return case

    def _advanced(self, case: _Case, guard: str, mine: Responses, others: Responses) -> bool:
        """Take in what came since the stretch began, once that is enough."""
        new, base = mine.since(case.arm), others.since(case.others)
        if min(new.number, base.number) < _STRETCH:
            return False
        known = case.others
        case.arm, case.others = mine, others
        if guard == "errors":
            stretch = Stretch(new.number, new.errors, base.number, base.errors)
            case.detector.add(stretch, self._limits.errors or 0.0)
        elif known.number >= _KNOWN and self._limits.latency is not None:
            # Where the others' slow responses begin is known from before the stretch.
            at = known.quantile(self._limits.latency.quantile)
            beyond = bucket_of(longest(at) + self._limits.latency.margin)
            slow, slow_others = new.slower(beyond), base.slower(at)
            case.detector.add(Stretch(new.number, slow, base.number, slow_others), 0.0)
        return True

    def _breach(self, case: _Case, arm: str, guard: str, field: Field) -> Breach:
        one, other = case.arm.since(case.first[0]), case.others.since(case.first[1])
        whose = "all other arms" if arm == field.default else f"the default {field.default}"
        tell = _error_note if guard == "errors" else self._latency_note
        note = tell(one, other).format(arm=arm, whose=whose)
        return Breach(field.experiment, arm, guard, arm == field.default, note)

    def _latency_note(self, one: Responses, other: Responses) -> str:
        share = 0.95 if self._limits.latency is None else self._limits.latency.quantile
        mine, base = (longest(each.quantile(share)) for each in (one, other))
        return (
            f"{{arm}} takes up to {mine:.3g} s for {share:.0%} of its responses, {{whose}} "
            f"{base:.3g} s, of {one.number:.0f} and {other.number:.0f}"
        )


def _error_note(one: Responses, other: Responses) -> str:
    mine, base = one.errors / one.number, other.errors / other.number
    return (
        f"{{arm}} fails in {mine:.2%} of {one.number:.0f} responses, {{whose}} in {base:.2%} of "
        f"{other.number:.0f}"
    )


def _others(arm: str, seen: Mapping[str, Responses], field: Field) -> Responses:
    """Return whom an arm is compared with: the default; and the default with everybody else."""
    if arm != field.default:
        return seen.get(field.default, Responses())
    return together(each for name, each in seen.items() if name in field.arms and name != arm)


def log_bar(limits: Limits, field: Field, beginnings: float) -> float:
    """Return what the logarithm of a detector's value has to reach.

    Args:
        limits: what is watched.
        field: who takes part.
        beginnings: how often the bets begin anew within `PERIOD`.
    """
    guards = (limits.errors is not None) + (limits.latency is not None) + len(limits.goals)
    return math.log(beginnings * guards * len(field.arms) / limits.alpha)


class Earned(NamedTuple):
    """What the pulls of a cohort have earned.

    Attributes:
        cohort: when it starts, in seconds since the epoch.
        pulls: by arm.
        rewards: of one goal, by arm.
    """

    cohort: int
    pulls: Mapping[str, float]
    rewards: Mapping[str, float]


def goal_breaches(
    goal: str, cohorts: Iterable[Earned], limits: Limits, field: Field, width: float
) -> Iterator[Breach]:
    """Yield the arms that earn less of a goal than the default, by more than the margin.

    Pulls and rewards are compared within the cohort of their decision: how many rewards are still
    on their way is then the same for both. Bets begin anew with every cohort.

    Args:
        goal: name of the goal.
        cohorts: pulls and rewards, in the order of time.
        limits: what is watched.
        field: who takes part.
        width: seconds of decisions that a cohort holds.
    """
    every, default, margin = list(cohorts), field.default, limits.goals[goal]
    bar = log_bar(limits, field, max(1.0, PERIOD / width))
    for arm in field.arms:
        detector, sums = Detector(), [0.0] * 4
        for each in every:
            base, mine = each.pulls.get(default, 0.0), each.pulls.get(arm, 0.0)
            if arm == default or min(base, mine) < _STRETCH:
                continue
            rewards = each.rewards.get(default, 0.0), each.rewards.get(arm, 0.0)
            detector.begin()
            detector.add(Stretch(base, rewards[0], mine, rewards[1]), margin)
            pairs = zip(sums, (mine, rewards[1], base, rewards[0]), strict=True)
            sums = [so_far + more for so_far, more in pairs]
        if detector.log_value >= bar:
            note = (
                f"{arm} has {sums[1] / sums[0]:.2%} {goal} per pull of {sums[0]:.0f}, the default "
                f"{default} {sums[3] / sums[2]:.2%} of {sums[2]:.0f}"
            )
            yield Breach(field.experiment, arm, f"goals.{goal}", default=False, note=note)
