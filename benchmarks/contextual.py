"""What contextual policies earn beside their peers, in one run, through the code that decides.

Data sets of labelled rows, all shipped with scikit-learn and river, become bandits: the arms are
the labels, the reward is 1 for a right one, and every row is seen once, in an order that the seed
shuffles. Everybody learns after every 10 decisions. Ours get raw numbers, the peers standardised
ones with an intercept. The mean reward over a whole pass is what a table shows.

    PYTHONPATH=. python benchmarks/contextual.py [--seeds 5] [--sets wine,iris] [--default]

`--default` leaves our other policies out; `--tradeoff` compares gammas and floors of `igw` instead,
with what a log of each is worth for evaluating other policies: the least probability, and the
effective sample size of an even split per decision. Needs `requirements/bench.txt`. Exits with 1 if
the default is below a peer on the mean over the data sets. Data sets below 1,000 rows are passed
four times as often.
"""

from __future__ import annotations

import argparse
import math
import sys
import warnings
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from statistics import fmean, pstdev
from typing import Any, NamedTuple

import numpy as np

from banditware.contextual.attributes import Attribute, Schema
from banditware.contextual.encoding import encoder
from banditware.contextual.evidence import ContextualPolicy
from banditware.contextual.models import Recipe, fit
from banditware.contextual.moments import Moments, merged, observed
from banditware.contextual.policies.epsilon_greedy import EpsilonGreedy
from banditware.contextual.policies.igw import InverseGapWeighting
from banditware.contextual.policies.lints import LinearThompson
from banditware.contextual.policies.linucb import LinearUcb
from benchmarks.contextual_data import SETS, Data, Floats, Learner, Log
from benchmarks.contextual_peers import Bayesian, Mabwiser, VowpalWabbit

REFRESH = 10

#: Data sets of fewer rows get four times the seeds: there a pass is mostly luck.
SMALL = 1_000


class Ours:
    """A policy of ours on a model per arm."""

    def __init__(self, policy: ContextualPolicy, data: Data, seed: int) -> None:
        names = [f"n{number:03}" for number in range(data.rows.shape[1])]
        self._policy, self._names = policy, names
        self._schema = Schema(tuple(Attribute(name, "numeric") for name in names), hashed=0)
        self._encoder = encoder(self._schema, {})
        self._actions: dict[str, dict[str, Any]] = {
            f"{arm:02}": {} for arm in range(data.right.shape[1])
        }
        self._moments = dict.fromkeys(self._actions, Moments())
        self._random = np.random.default_rng(seed)
        self.least = 1.0
        self.squares = 0.0
        self._fit()

    def _fit(self) -> None:
        recipe = Recipe(uncertain=self._policy.uncertain)
        self._model = fit(self._schema, self._moments, vocabulary={}, recipe=recipe)
        self._weigh = self._policy.weigher(self._model.evidence)

    def decide(self, rows: Floats) -> list[int]:
        """Return an arm per row, drawn from its probabilities."""
        return [self._one(dict(zip(self._names, row, strict=True))) for row in rows.tolist()]

    def _one(self, context: dict[str, float]) -> int:
        actions = self._actions
        errors = self._model.errors(context, actions) if self._policy.uncertain else ()
        shares = self._weigh(self._model.scores(context, actions), errors)
        self.least = min(self.least, *shares)
        self.squares += sum(1.0 / max(share, 1e-12) for share in shares) / len(shares) ** 2
        bounds = np.cumsum(shares)[:-1]
        return int(np.searchsorted(bounds, self._random.random(), side="right"))

    def learn(self, log: Log) -> None:
        """Add to the sums, and fit."""
        parts: dict[str, list[Moments]] = {}
        for row, arm, reward in zip(log.rows.tolist(), log.arms, log.rewards, strict=True):
            features = self._encoder.features(dict(zip(self._names, row, strict=True)), {})
            parts.setdefault(f"{arm:02}", []).append(observed(features, reward))
        for name, found in parts.items():
            self._moments[name] = merged([self._moments[name], *found])
        self._fit()


Maker = Callable[[Data, int], Learner]


def of(policy: ContextualPolicy) -> Maker:
    """Return what makes a learner with a policy of ours."""
    return lambda data, seed: Ours(policy, data, seed)


OURS: dict[str, Maker] = {
    "banditware igw (default)": of(InverseGapWeighting()),
    "banditware linucb": of(LinearUcb()),
    "banditware lints": of(LinearThompson()),
    "banditware epsilon-greedy .05": of(EpsilonGreedy(0.05)),
}
PEERS: dict[str, Maker] = {
    "MABWiser LinUCB .3": partial(Mabwiser, "LinUCB", {"alpha": 0.3}),
    "MABWiser LinUCB 1": partial(Mabwiser, "LinUCB", {"alpha": 1.0}),
    "MABWiser LinTS .3": partial(Mabwiser, "LinTS", {"alpha": 0.3}),
    "MABWiser LinGreedy .05": partial(Mabwiser, "LinGreedy", {"epsilon": 0.05}),
    "bayesianbandits Thompson": Bayesian,
    "Vowpal Wabbit squarecb": VowpalWabbit,
}
TRADEOFF: dict[str, Maker] = {
    f"igw gamma {gamma} floor {floor}": of(InverseGapWeighting(gamma, floor=floor))
    for floor in (0.005, 0.01, 0.02)
    for gamma in (20, 50, 100)
}


class Pass(NamedTuple):
    """What a pass over a data set came to: mean reward, least probability, sample size."""

    reward: float
    least: float
    size: float


def passed(make: Maker, data: Data, seed: int) -> Pass:
    """Return what a learner earns in one pass."""
    order = np.random.default_rng(1_000 + seed).permutation(len(data.rows))
    learner, earned = make(data, seed), 0.0
    for start in range(0, len(order), REFRESH):
        at = order[start : start + REFRESH]
        arms = learner.decide(data.rows[at])
        rewards = [float(data.right[row, arm]) for row, arm in zip(at, arms, strict=True)]
        learner.learn(Log(data.rows[at], arms, rewards))
        earned += sum(rewards)
    count = len(order)
    if isinstance(learner, Ours):
        return Pass(earned / count, learner.least, 1.0 / (learner.squares / count))
    return Pass(earned / count, 0.0, math.nan)


def table(learners: dict[str, Maker], sets: Iterable[str], seeds: int) -> dict[str, float]:
    """Print a line per learner as it comes, and return the means over the data sets."""
    names, means = list(sets), {}
    loaded = {name: SETS[name]() for name in names}
    print(f"{'':32}", *(f"{name:>13}" for name in names), "         mean  least p  size")
    for label, make in learners.items():
        found = [
            [
                passed(make, data, seed)
                for seed in range(seeds * (1 if len(data.rows) > SMALL else 4))
            ]
            for data in loaded.values()
        ]
        means[label] = fmean(fmean(each.reward for each in passes) for passes in found)
        print(
            f"{label:32}", *map(_cell, found), f"{means[label]:13.4f}", _overlap(found), flush=True
        )
    return means


def _cell(passes: Sequence[Pass]) -> str:
    rewards = [each.reward for each in passes]
    return f"{fmean(rewards):.3f} ± {pstdev(rewards):.3f}".rjust(13)


def _overlap(found: Sequence[Sequence[Pass]]) -> str:
    every = [each for passes in found for each in passes]
    return f"{min(each.least for each in every):8.1e} {fmean(each.size for each in every):.3f}"


def main(arguments: Sequence[str]) -> int:
    """Run what is asked for; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--sets", default=",".join(SETS))
    parser.add_argument("--tradeoff", action="store_true")
    parser.add_argument("--default", action="store_true")
    options = parser.parse_args(arguments)
    warnings.simplefilter("ignore")
    ours = dict([next(iter(OURS.items()))]) if options.default else OURS
    learners = TRADEOFF if options.tradeoff else {**ours, **PEERS}
    means = table(learners, options.sets.split(","), options.seeds)
    if options.tradeoff:
        return 0
    best = max(means[label] for label in PEERS)
    default = means[next(iter(OURS))]
    print(f"the default earns {default:.4f}, the best peer {best:.4f}")
    return int(default < best)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
