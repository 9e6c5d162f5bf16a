"""Matured pulls: what a ledger says of the arms while rewards are still on their way.

A reward comes some time after its decision, and only rewards are reported, never their absence. To
count a pull as a failure at once would hold youth against the arms that get most of the traffic. So
a pull counts for the share of rewards that would have come by now: `n_eff = sum over cohorts c of
n_c * F(age of c)`, with F the distribution of the delays (the problem is that of Chapelle 2014,
Modeling Delayed Feedback in Display Advertising).

F is estimated from the delays that were seen. Long delays can only be seen of old decisions, so a
bucket of delays is weighed by how many pulls were old enough to show it (the problem is that of
Lynden-Bell 1971: truncation on the right). Times are in seconds.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from banditware.counts import FOLDED, HOLDOUT, MANY, Fields
from banditware.model import SHARED, Statistics
from banditware.turns import spaced

#: The most that a bucket of delays is weighed up: what few old pulls showed is mostly chance.
_MOST_WEIGHT = 10.0


class Reading(NamedTuple):
    """How a ledger is to be read.

    Attributes:
        goal: the goal that the policy maximises.
        now: when the counts were read, in seconds since the epoch.
        width: how many seconds of decisions a cohort holds.
        batch: decisions expected until the next reading, over all processes.
    """

    goal: str
    now: float
    width: float
    batch: float = 1.0


@dataclass(slots=True, eq=False, repr=False)
class _Tally:
    """A ledger's numbers by kind.

    Attributes:
        pulls: pulls by arm and cohort.
        rewards: rewards of the goal by arm and cohort.
        sums: what is summed over cohorts, by kind and arm.
        delays: rewards by bucket of their delay.
    """

    pulls: dict[str, dict[int, float]] = field(default_factory=lambda: defaultdict(dict))
    rewards: dict[tuple[str, int], float] = field(default_factory=dict)
    sums: dict[tuple[str, str], list[float]] = field(default_factory=lambda: defaultdict(list))
    delays: dict[int, float] = field(default_factory=dict)


def statistics(fields: Fields, arms: Iterable[str], *, reading: Reading) -> Statistics:
    """Return what a ledger says of the active arms, with matured pulls.

    An arm that the ledger does not know has zeros; arms that are no longer active are left out. As
    long as no reward took a second or more, matured pulls are the plain counts. They are never
    fewer than the rewards they earned, and never more than the plain counts.
    """
    names = tuple(sorted(arms))
    tally = _tally(fields, reading.goal)
    matured = _matured(tally, reading)

    def summed(kind: str) -> tuple[float, ...]:
        return tuple(math.fsum(tally.sums.get((kind, arm), ())) for arm in names)

    return Statistics(
        arms=names,
        pulls=tuple(_pulls(tally, arm, matured) for arm in names),
        successes=summed("m"),
        sums=summed("s"),
        squares=summed("q"),
        weighted=summed("w"),
        batch=max(1.0, reading.batch),
    )


def shares(fields: Fields, *, reading: Reading) -> dict[tuple[str, int], float]:
    """Return by how much of its pulls an arm's cohort counts, by arm and cohort; see `statistics`.

    That of all arms together is there under the pseudo-arm `SHARED`.
    """
    tally = _tally(fields, reading.goal)
    matured = _matured(tally, reading)
    found: dict[tuple[str, int], float] = {}
    together: dict[int, list[float]] = defaultdict(list)
    for arm, cohorts in tally.pulls.items():
        for cohort, pulls in cohorts.items():
            counted = _counted(tally, arm, cohort, matured)
            found[arm, cohort] = counted / pulls if pulls else 0.0
            if arm != HOLDOUT:
                together[cohort].append(counted)
    for cohort, parts in together.items():
        whole = math.fsum(
            n[cohort] for arm, n in tally.pulls.items() if arm != HOLDOUT and cohort in n
        )
        found[SHARED, cohort] = math.fsum(parts) / whole if whole else 0.0
    return found


def _tally(fields: Fields, goal: str) -> _Tally:
    """Sort the fields; exact sums come later, so that the fields' order cannot matter."""
    tally = _Tally()
    for name, number in spaced(fields.items(), MANY):
        kind, *rest = name.split("/")
        if kind == "n":
            tally.pulls[rest[0]][int(rest[1])] = number
        elif kind == "d" and rest[1] == goal:
            tally.delays[int(rest[0])] = number
        elif kind in {"m", "w", "s", "q"} and rest[2] == goal:
            tally.sums[kind, rest[0]].append(number)
        elif kind == "k" and rest[2] == goal:
            tally.rewards[rest[0], int(rest[1])] = number
    return tally


def _pulls(tally: _Tally, arm: str, matured: Mapping[int, float]) -> float:
    """Return an arm's matured pulls."""
    return math.fsum(_counted(tally, arm, each, matured) for each in tally.pulls.get(arm, ()))


def _counted(tally: _Tally, arm: str, cohort: int, matured: Mapping[int, float]) -> float:
    """Return the matured pulls of an arm's cohort."""
    pulls = tally.pulls[arm][cohort]
    return max(pulls * matured[cohort], min(pulls, tally.rewards.get((arm, cohort), 0.0)))


def _matured(tally: _Tally, reading: Reading) -> dict[int, float]:
    """Return the share of each cohort's rewards that have come by now."""
    pulls = _by_cohort(tally)
    buckets = sorted(bucket for bucket, number in tally.delays.items() if number > 0)
    if not buckets:
        return dict.fromkeys(pulls, 1.0)
    shown = {cohort: [_shown(bucket, cohort, reading) for bucket in buckets] for cohort in pulls}
    everyone = math.fsum(pulls.values())
    weights = []
    for position, bucket in enumerate(buckets):
        old_enough = math.fsum(pulls[cohort] * parts[position] for cohort, parts in shown.items())
        weight = min(_MOST_WEIGHT, everyone / old_enough) if old_enough else _MOST_WEIGHT
        weights.append(tally.delays[bucket] * weight)
    whole = math.fsum(weights)
    return {
        cohort: math.fsum(w * part for w, part in zip(weights, parts, strict=True)) / whole
        for cohort, parts in shown.items()
    }


def _by_cohort(tally: _Tally) -> dict[int, float]:
    """Return the pulls of every cohort, of all arms: the delays are those of all arms, too."""
    pulls: dict[int, list[float]] = defaultdict(list)
    for cohorts in tally.pulls.values():
        for cohort, number in cohorts.items():
            pulls[cohort].append(number)
    return {cohort: math.fsum(numbers) for cohort, numbers in pulls.items()}


def _shown(bucket: int, cohort: int, reading: Reading) -> float:
    """Return the chance that a delay of this bucket would have been seen of this cohort by now.

    Delays are spread evenly over their bucket, decisions over the part of the cohort that has
    passed. Delays below a second are seen at once, those of folded cohorts were all seen.
    """
    if bucket == 0 or cohort == FOLDED:
        return 1.0
    short, long = 2.0 ** (bucket - 1), 2.0**bucket
    oldest = max(0.0, reading.now - cohort)
    youngest = max(0.0, oldest - reading.width)
    if youngest >= long:
        return 1.0
    if oldest - youngest < 1e-6:
        return min(1.0, max(0.0, oldest - short) / (long - short))
    area = _area(oldest, short, long) - _area(youngest, short, long)
    return min(1.0, area / (oldest - youngest))


def _area(age: float, short: float, long: float) -> float:
    """Return the integral, up to `age`, of the share of delays from `short` to `long` below it."""
    if age >= long:
        return age - (short + long) / 2.0
    return max(0.0, age - short) ** 2 / (2.0 * (long - short))
