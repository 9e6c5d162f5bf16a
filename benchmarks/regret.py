"""What learning costs: the regret of the policies, through the code that runs in production.

Every run draws decisions from a policy's vector and rewards from fixed rates, keeps the counts as a
ledger does, and reads them back through `banditware.maturity`, once per batch. Regret is what the
best arm would have earned more. Time is counted in requests, one a second.

    python benchmarks/regret.py [--runs 60] [--all]

The first table has limits and decides about the exit status. Its policies have no floor, as those
that the limits were measured with. `--all` adds every policy as it is by default, without limits.
"""

from __future__ import annotations

import argparse
import heapq
import math
import multiprocessing
import statistics as summary
import sys
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from banditware import counts, maturity
from banditware.policies import POLICIES

GOAL = "reward"

#: Cohort 0 is the folded one, so time begins later.
START = 1_000_000


@dataclass(frozen=True)
class World:
    """Rewards that are 1 with a fixed rate per arm, after an exponential delay of this mean."""

    name: str
    rates: tuple[float, ...]
    requests: int
    delay: float = 0.0


HIGH = World("one arm .5, nine .4", (0.5,) + (0.4,) * 9, 20_000)
CLICKS = World("one arm .05, nine .04", (0.05,) + (0.04,) * 9, 100_000)
LATE = World("one arm .05, four .04, delay 5000", (0.05,) + (0.04,) * 4, 60_000, delay=5_000.0)


@dataclass(frozen=True)
class Case:
    """A policy in a world, with `batch` requests between two snapshots."""

    policy: str
    world: World
    batch: int
    limit: float = math.inf
    parameters: Mapping[str, object] = field(default_factory=dict)


NO_FLOOR = {"floor": 0.0}

LIMITS = (
    Case("thompson", HIGH, 100, 215, NO_FLOOR),
    Case("thompson", HIGH, 1_000, 255, NO_FLOOR),
    Case("ucb-tuned", HIGH, 1_000, 250, NO_FLOOR),
    Case("thompson", CLICKS, 1_000, 280, NO_FLOOR),
    Case("thompson", LATE, 100, 190, NO_FLOOR),
)

EVERY = tuple(
    Case(policy, world, batch)
    for world, batch in ((HIGH, 1_000), (CLICKS, 1_000), (LATE, 100))
    for policy in POLICIES
)


class Site:
    """Visitors who decide and earn, and the ledger that counts them."""

    def __init__(self, world: World, seed: int) -> None:
        """Start at `START` with an empty ledger."""
        self.world = world
        self.random = np.random.default_rng(seed)
        self.arms = [f"arm-{number}" for number in range(len(world.rates))]
        self.now = START
        self.width = max(1, world.requests // 32)
        self.ledger: defaultdict[str, float] = defaultdict(float)
        self.pending: list[tuple[float, int, str]] = []
        self.regret = 0.0

    def reading(self, batch: int) -> maturity.Reading:
        """Return how the ledger is to be read now."""
        return maturity.Reading(goal=GOAL, now=self.now, width=self.width, batch=batch)

    def serve(self, vector: tuple[float, ...], requests: int) -> None:
        """Decide so many requests by the vector, and credit what has arrived by then."""
        rates = np.array(self.world.rates)
        drawn = self.random.choice(len(vector), size=requests, p=vector)
        self.regret += float((rates.max() - rates[drawn]).sum())
        hits = self.random.random(requests) < rates[drawn]
        for position, (arm, hit) in enumerate(zip(drawn.tolist(), hits.tolist(), strict=True)):
            moment = self.now + position
            cohort = moment // self.width * self.width
            self._add(counts.pull(self.arms[arm], cohort))
            if hit:
                delay = self.random.exponential(self.world.delay) if self.world.delay else 0.0
                learnt = counts.Learnt(1.0, vector[arm], delay)
                deltas = counts.reward(self.arms[arm], cohort, goal=GOAL, amount=1.0, learnt=learnt)
                heapq.heappush(self.pending, (moment + delay, moment, deltas))
        self.now += requests
        while self.pending and self.pending[0][0] < self.now:
            self._add(heapq.heappop(self.pending)[2])

    def _add(self, deltas: str) -> None:
        for name, number in counts.decode(counts.line("", "", deltas)).deltas.items():
            self.ledger[name] += number


def regret(case: Case, seed: int) -> float:
    """Return the regret of one run."""
    policy = POLICIES[case.policy](**case.parameters)
    site = Site(case.world, seed)
    for _ in range(0, case.world.requests, case.batch):
        known = maturity.statistics(site.ledger, site.arms, reading=site.reading(case.batch))
        site.serve(policy.probabilities(known), case.batch)
    return site.regret


def show(cases: tuple[Case, ...], runs: int) -> bool:
    """Run and print a table; return whether all limits were kept."""
    print(f"{'policy':26}{'world':36}{'batch':>6}{'uniform':>9}{'regret':>8}{'se':>6}{'limit':>7}")
    kept = True
    with multiprocessing.get_context("fork").Pool() as pool:
        for case in cases:
            found = pool.map(partial(regret, case), range(runs), chunksize=1)
            mean = summary.fmean(found)
            error = summary.stdev(found) / math.sqrt(runs)
            rates = case.world.rates
            uniform = (max(rates) - summary.fmean(rates)) * case.world.requests
            verdict = "" if math.isinf(case.limit) else "ok" if mean <= case.limit else "MISSED"
            limit = "" if math.isinf(case.limit) else f"{case.limit:.0f}"
            print(
                f"{case.policy:26}{case.world.name:36}{case.batch:6}{uniform:9.0f}{mean:8.1f}"
                f"{error:6.1f}{limit:>7}  {verdict}",
                flush=True,
            )
            kept &= verdict != "MISSED"
    return kept


def main() -> int:
    """Run the benchmark and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--runs", type=int, default=60, help="runs per row (seeds 0, 1, ...)")
    parser.add_argument("--all", action="store_true", help="add every policy, without limits")
    options = parser.parse_args()
    began = time.perf_counter()
    kept = show(LIMITS, options.runs)
    if options.all:
        print()
        show(EVERY, options.runs)
    print(f"{options.runs} runs per row, {time.perf_counter() - began:.0f} s")
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
