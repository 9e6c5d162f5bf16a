"""Past one machine: what 10,000 workers and a million requests a second ask of Redis.

`PYTHONPATH=. python benchmarks/fleet.py`. What single things cost is measured with fleets of four
workers; from that alone `fleet_model.py` predicts fleets of 1, 8 and 32 workers, which are measured
too, and those that no machine can play. Of these a slice is played, eight workers, to a store that
holds what all of them leave there.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from banditware.spool import new_id
from benchmarks import plotting, tables
from benchmarks.fleet_driving import Slice, connection, played, weighed
from benchmarks.fleet_model import (
    DAY,
    YOUNG,
    Bytes,
    Costs,
    Fleet,
    Use,
    asked,
    backups,
    exchanged,
    kept,
)
from benchmarks.fleet_model import rewarded as of_rewards
from tests.redis_groups import ClusterProcesses
from tests.redis_servers import ServerProcess

#: Requests a second of each worker.
EACH = 100

#: Workers that are played of a fleet that is too large.
PLAYED = 8

#: How far a prediction may be off.
CLAIM = 0.15

#: Milliseconds of processor that a second of a shard has for us: half of one core, so that a burst
#: has room; kilobytes a second of 1 Gbit; bytes of memory; and connections, a server's default.
CPU, NET, MEMORY, CONNECTIONS = 500.0, 125_000.0, 64e9, 10_000

#: What of a shard may be used up, and the setting that moves it.
MOVES = {
    "processor": "`refresh`",
    "network": "`refresh`",
    "memory": "`attribution`, `once`",
    "connections": "`maxclients`",
}

FIGURES = ("commands", "processor, ms", "received, kB", "sent, kB")


def one(fleet: Fleet, part: Slice) -> Use:
    """Return what a part of a fleet asks of a single new server in a second."""
    server = ServerProcess("valkey")
    try:
        return played(fleet, server, part)
    finally:
        server.stop()


def measured(seconds: int) -> Costs:
    """Return what single things cost, from fleets of four workers that differ in one thing each."""
    four = Fleet(4, 4 * EACH)
    slices = Slice(4, seconds), Slice(4, seconds, fields=612)
    plain, much = (one(four, part) for part in slices)
    busy = one(replace(four, rate=10 * four.rate), slices[0])
    broad = one(replace(four, experiments=6), slices[0])
    reward = (busy + plain * -1.0) * (1 / (9 * four.rate * four.rewarded))
    turn = (plain + reward * (-four.rate * four.rewarded)) * (1 / 4)
    more = (much + plain * -1.0) * (1 / (4 * 2 * slices[1].fields))
    # Reading takes neither more commands nor longer ones where there is more to read.
    field = Use(cpu=more.cpu, sent=more.sent)
    ledger = (broad + plain * -1.0) * (1 / (4 * 4))
    bare = turn + ledger * -2.0
    return Costs(bare, ledger, field, reward, stored())


def stored() -> Bytes:
    """Return what single things take up in a server's memory."""
    server, many = ServerProcess("valkey"), 20_000
    with server.client() as client:
        fields = [("HSET", "h", f"n/arm/{1_800_000_000 + n}", 1234) for n in range(many)]
        positions = [("HSET", "h", f"@{new_id(n)}", 1_234_567) for n in range(many)]
        stones = [
            ("SET", f"{{banditware:e1}}:gone:{new_id(n)}", 1, "EX", 9999) for n in range(many)
        ]
        once = [("SADD", "s", f"{n:022x}:reward") for n in range(many)]
        found = Bytes(
            field=weighed(client, fields, many),
            position=weighed(client, positions, many),
            tombstone=weighed(client, stones, many),
            once=weighed(client, once, many),
            connection=connection(client, str(server.socket)),
        )
    server.stop()
    return found


def checked(costs: Costs, seconds: int) -> tuple[list[list[object]], list[str]]:
    """Return the rows of predicted and measured figures, and what is off by more than claimed."""
    rows: list[list[object]] = []
    off = []
    for workers in (1, 8, 32):
        fleet = Fleet(workers, workers * EACH)
        longer = seconds * max(1, 4 // workers)  # what is small is noisy
        found = one(fleet, Slice(workers, longer, fields=fleet.fields - YOUNG))
        said = asked(fleet, costs)
        for name, mine, true in zip(FIGURES, said.parts, found.parts, strict=True):
            rows.append([workers, name, mine, true, f"{mine / true:.2f}"])
            if abs(mine / true - 1) > CLAIM:
                off.append(
                    f"of {workers} workers {name} is {true:.4g}, not {mine:.4g} as predicted"
                )
    return rows, off


def simulated(costs: Costs, seconds: int) -> list[list[object]]:
    """Return what slices of large fleets ask for, on one server and on a cluster."""
    rows = []
    for workers in (1_000, 10_000):
        fleet = Fleet(workers, workers * EACH)
        part = Slice(PLAYED, seconds, fields=fleet.fields - YOUNG, spools=workers - PLAYED)
        found = one(fleet, part) * (1 / PLAYED)
        rows.append(_row(f"one server, {workers:,} workers", found, fleet, costs))
    fleet = Fleet(10_000, 10_000 * EACH, experiments=6, shards=3)
    cluster = ClusterProcesses("valkey")
    part = Slice(PLAYED, seconds, fields=fleet.fields - YOUNG, spools=10_000 - PLAYED)
    found = played(fleet, cluster, part) * (1 / PLAYED)
    cluster.stop()
    rows.append(_row("three shards, six experiments, 10,000 workers", found, fleet, costs))
    return rows


def _row(name: str, found: Use, fleet: Fleet, costs: Costs) -> list[object]:
    said = asked(fleet, costs) * (1 / fleet.workers)
    return [name, *found.parts, f"{said.cpu / found.cpu:.2f}"]


def used(fleet: Fleet, costs: Costs) -> dict[str, float]:
    """Return which share of what the busiest shard has a fleet uses up."""
    use, share = asked(fleet, costs), fleet.busiest
    memory = kept(fleet, costs)
    return {
        "processor": use.cpu * share / CPU,
        "network": (max(use.received, use.sent) + backups(fleet)) * share / NET,
        "memory": sum(memory.values()) * share / MEMORY,
        "connections": fleet.workers / CONNECTIONS,
    }


def fitting(fleet: Fleet, costs: Costs) -> float:
    """Return the refresh at which processor and network of the busiest shard suffice."""
    turns, rest, share = exchanged(fleet, costs), of_rewards(fleet, costs), fleet.busiest
    needs = [
        (turns.cpu, rest.cpu, CPU),
        (turns.sent, rest.sent, NET),
        (turns.received, rest.received, NET),
    ]
    wanted = (
        turn * share * fleet.refresh / (limit - more * share) if limit > more * share else 1e9
        for turn, more, limit in needs
    )
    return max(wanted)


def row(name: object, fleet: Fleet, costs: Costs) -> list[object]:
    """Return what a fleet needs, and what of it is the first to run out."""
    use, share = asked(fleet, costs), fleet.busiest
    shares = used(fleet, costs)
    first = max(shares, key=shares.__getitem__)
    refresh = fitting(fleet, costs)
    return [
        name,
        use.commands,
        use.cpu / 1e3,
        use.cpu * share / 1e3,
        use.sent * share * 8 / 1e6,
        sum(kept(fleet, costs).values()) / 1e9,
        f"{first}, {shares[first]:.0%}",
        MOVES[first] if shares[first] > 1 else "nothing needs to",
        refresh if refresh < 1e6 else "none",
    ]


COLUMNS = (
    "commands/s",
    "cores",
    "cores, busiest shard",
    "Gbit/s sent, busiest shard",
    "memory, GB",
    "nearest limit",
    "moved by",
    "refresh that suffices, s",
)


def fleets() -> list[Fleet]:
    """Return the fleets that are extrapolated to."""
    return [Fleet(workers, workers * EACH) for workers in (1, 8, 32, 100, 1_000, 10_000)]


def moved() -> dict[str, Fleet]:
    """Return the largest fleet, with its settings moved one after the other."""
    largest = fleets()[-1]
    slower = replace(largest, refresh=30.0)
    shorter = replace(slower, attribution=DAY)
    rarer = replace(slower, rewarded=0.001)
    free = replace(slower, keyed=False)
    return {
        "as it is": largest,
        "`refresh: 30s`": slower,
        "... and `attribution: 1d`": shorter,
        "... and a reward of 1,000 decisions": rarer,
        "... and `once: false`": free,
        "... and twelve experiments on six shards": replace(free, experiments=12, shards=6),
    }


def pictures(folder: Path, costs: Costs, rows: Iterable[list[object]]) -> None:
    """Draw commands and processor by workers, predicted and measured."""
    for at, unit in enumerate(("commands", "milliseconds of processor")):
        name = FIGURES[at]
        points = [row for row in rows if row[1] == name]
        said = [(float(f.workers), asked(f, costs).parts[at]) for f in fleets()]
        true = [(float(str(row[0])), float(str(row[3]))) for row in points]
        plotting.lines(
            folder / f"fleet-{unit.split()[0]}.svg",
            {"predicted": said, "measured": true},
            title=f"What a fleet asks of Redis: {unit} a second",
            x="workers, 100 requests a second each",
            y=f"{unit} a second",
            log=True,
        )


def main() -> int:
    """Measure, predict, compare; return 1 where a prediction is further off than claimed."""
    given = tables.options(__doc__)
    seconds = 6 if given.quick else 60
    print("what single things cost", file=sys.stderr)
    costs = measured(seconds)
    print("fleets that fit here", file=sys.stderr)
    rows, off = checked(costs, seconds)
    print("slices of fleets that do not", file=sys.stderr)
    slices = simulated(costs, seconds)
    print("### A fleet and its Redis servers\n")
    single = {"a turn": costs.turn, "a ledger of it": costs.ledger, "a reward": costs.reward}
    single |= {"1,000 counts of a ledger, in every turn": costs.field * 1000.0}
    print(tables.markdown(("", *FIGURES), [[name, *use.parts] for name, use in single.items()]))
    weights = [[name, getattr(costs.bytes, name)] for name in Bytes.__annotations__]
    print("\nBytes of memory:\n\n" + tables.markdown(("of a", "bytes"), weights))
    print("\nPredicted from that, and measured; in a second, with two experiments:\n")
    print(tables.markdown(("workers", "", "predicted", "measured", "ratio"), rows))
    print(
        "\nA slice of eight workers beside the spools of all others; of one worker, in a second:\n"
    )
    print(tables.markdown(("fleet", *FIGURES, "processor predicted / measured"), slices))
    print(f"\nWith {EACH} requests a second for each worker, refresh 1 s:\n")
    told = [row(fleet.workers, fleet, costs) for fleet in fleets()]
    print(tables.markdown(("workers", *COLUMNS), told))
    print("\n10,000 workers, a million requests a second:\n")
    print(
        tables.markdown(("", *COLUMNS), [row(name, each, costs) for name, each in moved().items()])
    )
    print(f"\nMeasured on {tables.machine()}, with Valkey's own counters.")
    if given.pictures:
        pictures(given.pictures, costs, rows)
    if off:
        print("\nOff by more than 15 %: " + "; ".join(off) + ".")
    return 1 if off and not given.quick else 0


if __name__ == "__main__":
    sys.exit(main())
