"""What a request costs by the number of experiments, routes, arms and rules; and memory.

A request pays for what it touches: two experiments and one route. `PYTHONPATH=. python
benchmarks/growth.py [--quick] [--pictures FOLDER]`; exits with 1 if a cost grows with what a
request does not touch.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from benchmarks import growing, growth_routes, growth_state, plotting, tables
from benchmarks.growing import KINDS, Size

#: What a cost may grow by over the whole range where it has to be independent: so many
#: microseconds, or this part of the cost.
MOST, PART = 0.5, 0.1


class Dimension(NamedTuple):
    """One thing that grows.

    Attributes:
        of: what it is.
        sizes: how many there are, and the configuration for each.
        independent: the kinds of requests whose cost it must not change.
    """

    of: str
    sizes: Mapping[int, Size]
    independent: Sequence[str] = ()


def dimensions(*, quick: bool) -> list[Dimension]:
    """Return what grows, and how far."""
    powers = (1, 10, 100, 1_000) if quick else (1, 10, 100, 1_000, 10_000)
    routes = (2, 10, 100, 1_000) if quick else (2, 10, 100, 1_000, 5_000)
    # A returning visitor and one who does not match do not touch the arms; a rule is read.
    by_arms = {
        f"arms ({policy})": {n: Size(arms=n, policy=policy) for n in (2, 10, 50, 200, 1_000)}
        for policy in ("thompson", "epsilon-greedy")
    }
    return [
        Dimension("experiments", {n: Size(experiments=max(2, n)) for n in powers}, KINDS),
        Dimension("routes", {n: Size(routes=n) for n in routes}, KINDS),
        *(Dimension(of, sizes, ("unmatched", "returning")) for of, sizes in by_arms.items()),
        Dimension("rules", {n: Size(rules=n) for n in (1, 10, 30, 100)}, ("unmatched",)),
    ]


def measured(dimension: Dimension, *, quick: bool) -> dict[str, dict[int, list[float]]]:
    """Return the costs of every kind of request, by size."""
    opened = {number: growing.site(size) for number, size in dimension.sizes.items()}
    gc.collect()
    gc.disable()
    try:
        return growing.costs(
            {number: asked for number, (_, asked) in opened.items()},
            rounds=8 if quick else 80,
            calls=50 if quick else 100,
            between=[bandit.flush for bandit, _ in opened.values()],
        )
    finally:
        gc.enable()
        for bandit, _ in opened.values():
            bandit.close()


def shown(of: str, found: Mapping[str, Mapping[int, list[float]]]) -> str:
    """Return the table of a dimension: a row per size, and the lines through them."""
    kinds = list(found)
    sizes = sorted(found[kinds[0]])
    rows: list[list[object]] = [
        [f"{size:,}", *(tables.spread(found[kind][size]) for kind in kinds)] for size in sizes
    ]
    lines = [tables.fitted(*zip(*growing.medians(found[kind]), strict=True)) for kind in kinds]
    rows.append(["ns per 1 more", *(f"{line.slope * 1e3:+.3g}" for line in lines)])
    rows.append(["r2 of the line", *(f"{line.r2:.2f}" for line in lines)])
    return tables.markdown([of, *(f"{kind}, µs" for kind in kinds)], rows)


def grown(found: Mapping[str, Mapping[int, list[float]]], kinds: Sequence[str]) -> dict[str, str]:
    """Return by how much costs grow that must not, by kind; nothing if all is well.

    By the lower quartiles: what others do on the machine only ever adds.
    """
    wrong = {}
    for kind in kinds:
        xs = sorted(found[kind])
        ys = [tables.spread(found[kind][size]).lower for size in xs]
        growth = tables.fitted(xs, ys).slope * (xs[-1] - xs[0])
        if growth > max(MOST, PART * ys[0]):
            wrong[kind] = f"{growth:.2f} µs from {xs[0]:,} to {xs[-1]:,}, beyond {ys[0]:.2f} µs"
    return wrong


def main() -> int:
    """Print the tables; return 1 if a cost grows that must not."""
    given = tables.options(__doc__)
    print("### Growth: what a request costs by what there is\n")
    print(
        f"{tables.machine()}. Microseconds beyond the bare app, WSGI, two experiments touched; "
        "median and quartiles of rounds in turn, the garbage collector off. A line is fitted "
        "through the medians.\n"
    )
    wrong: list[str] = []
    for dimension in dimensions(quick=given.quick):
        print(dimension.of, file=sys.stderr)
        found = measured(dimension, quick=given.quick)
        print(f"{shown(dimension.of, found)}\n")
        failed = grown(found, dimension.independent)
        wrong += [f"{kind} by {dimension.of}: {by}" for kind, by in failed.items()]
        if given.pictures:
            first = dimension.of.split()[0] + ("-greedy" if "greedy" in dimension.of else "")
            plotting.lines(
                given.pictures / f"growth-{first}.svg",
                {kind: growing.medians(each) for kind, each in found.items()},
                title=f"Cost of a request by number of {dimension.of}",
                x=dimension.of,
                y="µs beyond the bare app",
                log="x",
            )
    wrong += growth_routes.told(given, shown, grown)
    wrong += growth_state.told(given)
    for each in wrong:
        print(f"- grows and must not: {each}")
    if not wrong:
        print("Nothing grows with what a request does not touch.")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
