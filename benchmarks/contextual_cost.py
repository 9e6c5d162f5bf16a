"""What a decision in context costs, beside Eppo's SDK (a Rust core), in one run.

`PYTHONPATH=. python benchmarks/contextual_cost.py`; `--short` leaves the sizes out. Figures are
minima of many loops, which a busy machine disturbs least; the loops of all rows take turns. The
exit status is 1 if three actions with six attributes cost more than Eppo's.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable, Mapping

from mabwiser.mab import MAB, LearningPolicy

from banditware.contextual.policies import POLICIES
from benchmarks.contextual_eppo import eppo
from benchmarks.contextual_shapes import (
    SHOES,
    Shape,
    deciding,
    experiment,
    learnt,
    many,
    subjects_of,
    wide,
)

ROUNDS, CALLS = 40, 1_000

#: How many actions, and how many features of the subject, a decision is timed with.
ACTIONS, FEATURES = (2, 3, 5, 10, 20, 50), (5, 10, 20, 40, 64)

Rows = dict[str, Callable[[], object]]


def compared(shape: Shape) -> Rows:
    """Return the rows of a shape: Eppo's SDK, and both models of ours."""
    models = {"per-arm": experiment(shape), "shared": experiment(shape, model="shared")}
    bandit = learnt(shape, models)
    rows: Rows = {"Eppo": eppo(shape, subjects_of(shape))}
    return rows | {model: deciding(bandit, model, shape) for model in models}


def learning() -> Rows:
    """Return what a reward adds to a request, beside MABWiser's fit of one reward."""
    shape = wide(10)
    bandit, subjects = learnt(shape, {"igw": experiment(shape)}), subjects_of(shape)
    decide = deciding(bandit, "igw", shape)
    generator = random.Random(4)
    rows = [[generator.random() for _ in range(10)] for _ in range(300)]
    peer = MAB(list(shape.actions), LearningPolicy.LinUCB())
    peer.fit([generator.choice("abc") for _ in rows], [generator.random() for _ in rows], rows)

    def rewarded() -> object:
        decision = bandit.decide("igw", subject="u1", context=next(subjects), actions=shape.actions)
        return bandit.reward(decision)

    return {
        "decide": decide,
        "decide and reward": rewarded,
        "MABWiser LinUCB predict": lambda: peer.predict(rows[:1]),
        "MABWiser LinUCB partial_fit": lambda: peer.partial_fit(["a"], [1.0], rows[:1]),
    }


def minima(rows: Rows, rounds: int = ROUNDS, calls: int = CALLS) -> dict[str, float]:
    """Return the least microseconds of a call, by row."""
    found = dict.fromkeys(rows, float("inf"))
    for _ in range(rounds):
        for name, call in rows.items():
            begin = time.perf_counter()
            for _ in range(calls):
                call()
            found[name] = min(found[name], (time.perf_counter() - begin) / calls * 1e6)
    return found


def table(title: str, shapes: Mapping[str, Shape]) -> None:
    """Print what each shape costs, and how much that is of Eppo's."""
    print(f"\n{title:24}{'Eppo':>9}{'per-arm':>9}{'ratio':>7}{'shared':>9}{'ratio':>7}")
    for name, shape in shapes.items():
        peer, per_arm, shared = minima(compared(shape), 10, 200).values()
        ours = f"{per_arm:9.2f}{per_arm / peer:7.2f}{shared:9.2f}{shared / peer:7.2f}"
        print(f"{name:24}{peer:9.2f}{ours}")


def main() -> int:
    """Print the figures; return 1 if ours is the dearer."""
    bandit = learnt(SHOES, {policy: experiment(SHOES, policy) for policy in POLICIES})
    rows: Rows = {"Eppo SDK (Rust)": eppo(SHOES, subjects_of(SHOES))}
    rows |= {f"banditware {policy}": deciding(bandit, policy, SHOES) for policy in POLICIES}
    found = minima(rows)
    peer, ours = found["Eppo SDK (Rust)"], found["banditware igw"]
    for name, least in found.items():
        print(f"{name:30} {least:8.2f} us {least / peer:6.2f} of Eppo's")
    if "--short" not in sys.argv:
        table("actions", {str(number): many(number) for number in ACTIONS})
        table("features of the subject", {str(number): wide(number) for number in FEATURES})
        print("\n10 features, 3 actions")
        for name, least in minima(learning(), 10, 50).items():
            print(f"{name:30} {least:8.2f} us")
    return int(ours > peer)


if __name__ == "__main__":
    sys.exit(main())
