"""Histories that never happened, for dashboards and measurements: days of traffic in a moment."""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from banditware.counts import FOLDED, Learnt, decode, line, pull, reward
from banditware.dating import HOUR, HOURS
from banditware.model import DAY, Experiment
from banditware.stores import Batch, Store

#: Pulls of an experiment in an hour, about.
PULLS = 60.0

#: Seconds from a decision to its reward.
_DELAY = 90.0

#: Name of the spool that all of it seems to come from.
SPOOL = "history"


def filled(
    store: Store, experiments: Iterable[Experiment], days: int, now: float, random: random.Random
) -> dict[str, dict[str, float]]:
    """Fill a store with hours of visits by day and night, in which the best arm wins by and by.

    Args:
        store: where to; it must not have a history already.
        experiments: whose; each must have arms.
        days: how many until now.
        now: seconds since the epoch.
        random: where it comes from.

    Returns:
        what was added to each ledger, by field, with what is kept aside.
    """
    added = {each.ledger: _Past(each, random, now).fields(days) for each in experiments}
    for ledger, fields in added.items():
        store.exchange([Batch(ledger, SPOOL, 0, 1, fields)], {})
    return added


def added_up(fields: Mapping[str, float]) -> dict[str, float]:
    """Return what a history should add up to, or adds up to: sums over all times.

    Args:
        fields: counts, or what is kept aside of them.
    """
    sums: dict[str, float] = {}
    for name, number in fields.items():
        kind, owner, *rest = name.lstrip("~").split("/")
        if kind in {"n", "k", "s"} or (kind == "x" and owner != "duplicate"):
            whole = "/".join((kind, owner, *rest[1:]))
            sums[whole] = sums.get(whole, 0) + number
    return sums


@dataclass
class _Past:
    experiment: Experiment
    random: random.Random
    now: float

    def fields(self, days: int) -> dict[str, float]:
        names = [arm.name for arm in self.experiment.arms]
        rates = {name: self.random.uniform(0.03, 0.12) for name in names}
        traffic = self.random.uniform(0.5, 1.5) * PULLS
        counted: Counter[tuple[str, int]] = Counter()
        rewarded: Counter[tuple[str, int]] = Counter()
        fields: Counter[str] = Counter()
        for when in self._times(days):
            shares = _shares(rates, 1.0 - (self.now - when) / DAY / days)
            visits, cohort = traffic * self._liveliness(when), self._cohort(when)
            for name in names:
                pulls = self._about(visits * shares[name])
                rewards = min(pulls, self._about(pulls * rates[name]))
                counted[name, cohort] += pulls
                rewarded[name, cohort] += rewards
                fields[f"~n/{name}/{when}"] += pulls
                fields[f"~k/{name}/{when}/{self.experiment.goal}"] += rewards
                fields[f"~s/{name}/{when}/{self.experiment.goal}"] += rewards
            bots = self._about(visits / 20)
            fields["x/bot"] += bots
            fields[f"~x/bot/{when}"] += bots
        everything = {**fields, **self._counts(counted, rewarded)}
        return {name: number for name, number in everything.items() if number}

    def _counts(
        self, counted: Mapping[tuple[str, int], int], rewarded: Mapping[tuple[str, int], int]
    ) -> dict[str, float]:
        """Return the counts of pulls and rewards by arm and cohort."""
        learnt = Learnt(1.0, 1.0 / len(self.experiment.arms), _DELAY)
        fields: dict[str, float] = {}
        for (arm, cohort), pulls in counted.items():
            gains = reward(arm, cohort, goal=self.experiment.goal, amount=1.0, learnt=learnt)
            for text, times in ((pull(arm, cohort), pulls), (gains, rewarded[arm, cohort])):
                for name, number in decode(line("", "", text)).deltas.items():
                    fields[name] = fields.get(name, 0) + number * times
        return fields

    def _times(self, days: int) -> list[int]:
        """Return the hours that are kept, and the days where only days are left."""
        day, end = int(DAY), int(self.now) // HOUR * HOUR + HOUR
        begin = end - days * day
        by_hours = max(begin, int(self.now - HOURS) // day * day)
        return [*range(begin // day * day, by_hours, day), *range(by_hours, end, HOUR)]

    def _liveliness(self, when: int) -> float:
        """Return by how much there is more or less going on than in a mean hour."""
        if when < int(self.now - HOURS) // int(DAY) * int(DAY):
            return 24.0
        return 1.0 + 0.7 * math.sin(when * math.tau / DAY)

    def _cohort(self, hour: int) -> int:
        recent = hour > self.now - self.experiment.attribution - DAY
        return self.experiment.cohort(hour) if recent else FOLDED

    def _about(self, mean: float) -> int:
        """Return a whole number with a Poisson's mean and spread."""
        return max(0, round(self.random.gauss(mean, math.sqrt(mean))))


def _shares(rates: Mapping[str, float], learnt: float) -> dict[str, float]:
    """Return the share of each arm when so much of all has been learnt, in [0, 1]."""
    weights = {name: math.exp(60.0 * learnt * rate) for name, rate in rates.items()}
    return {name: weight / sum(weights.values()) for name, weight in weights.items()}
