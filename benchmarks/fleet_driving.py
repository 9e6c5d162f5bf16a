"""Fleets that are played to real servers: workers whose clock is moved on by hand.

Each worker is a `Bandit`; the server does exactly what it would do for as many processes, and its
own counters tell how much. What a fleet of thousands leaves behind in the store is put there first.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

import redis

from banditware import Bandit
from banditware.spool import new_id
from benchmarks.fleet_model import Fleet, Use
from benchmarks.redis_work import Clock

ARMS = ("a", "b", "c")

#: Kinds of numbers that a goal has.
KINDS = "ksqmw"

WRITES = 5_000


class Servers(Protocol):
    """One server, or the masters of a cluster."""

    def url(self, **options: str | float) -> str:
        """Return the address for a store."""
        ...

    def clients(self) -> list[redis.Redis]:
        """Return a plain client for each server that holds a part of the keys."""
        ...


class Slice(NamedTuple):
    """How much of a fleet is played.

    Attributes:
        workers: how many of its workers.
        seconds: of their time.
        fields: counts that each ledger has beforehand, besides those they make.
        spools: spools of the fleet's other workers.
    """

    workers: int
    seconds: int
    fields: int = 0
    spools: int = 0


def counters(clients: Iterable[redis.Redis]) -> Use:
    """Return what servers did since they were started."""
    return sum((_counters(client) for client in clients), Use())


def _counters(client: redis.Redis) -> Use:
    info = client.info("everything")
    calls = {name: stats["calls"] for name, stats in info.items() if name.startswith("cmdstat_")}
    return Use(
        float(sum(number for name, number in calls.items() if name != "cmdstat_info")),
        (info["used_cpu_user"] + info["used_cpu_sys"]) * 1e3,
        info["total_net_input_bytes"] / 1e3,
        info["total_net_output_bytes"] / 1e3,
    )


@contextlib.contextmanager
def _workers(fleet: Fleet, servers: Servers, number: int, clock: Clock) -> Iterator[list[Bandit]]:
    folder = Path(tempfile.mkdtemp())
    config = {
        "secret_keys": ["a key of the benchmark that is long enough"],
        "store": servers.url(spool=str(folder), timeout=30),
        "refresh": "24h",  # so that no thread takes a turn by itself
        "experiments": {
            f"e{n}": {"arms": dict.fromkeys(ARMS), "attribution": f"{fleet.attribution:.0f}s"}
            for n in range(fleet.experiments)
        },
    }
    bandits = [Bandit.from_config(config) for _ in range(number)]
    for bandit in bandits:
        bandit._ground.clock = clock  # noqa: SLF001
        bandit._flusher._settings = bandit._flusher._settings._replace(clock=clock)  # noqa: SLF001
    try:
        yield bandits
    finally:
        for bandit in bandits:
            bandit.close(timeout=60)
        shutil.rmtree(folder)


def second(bandits: Sequence[Bandit], fleet: Fleet) -> None:
    """Let every worker have its part of the requests of a second, and then its turn."""
    every = round(1 / fleet.rewarded)
    for bandit in bandits:
        for number in range(round(fleet.rate / fleet.workers)):
            decision = bandit.decide(f"e{number % fleet.experiments}")
            if number % every == 0:
                bandit.reward(decision)
        bandit._flusher.turn()  # noqa: SLF001  # its thread's, whose clock here is not the wall's


def played(fleet: Fleet, servers: Servers, part: Slice) -> Use:
    """Return what a part of a fleet asked of its servers in a second, on the average."""
    clock, clients = Clock(), servers.clients()
    with _workers(fleet, servers, part.workers, clock) as bandits:
        second(bandits, fleet)
        for client in clients:
            _age(client, fleet, part, clock.now)
        for _ in range(3):  # until everybody knows that there is much to read
            clock.now += 1.0
            second(bandits, fleet)
        before = counters(clients)
        for _ in range(part.seconds):
            clock.now += 1.0
            second(bandits, fleet)
        after = counters(clients)
    return (after + before * -1.0) * (1.0 / part.seconds)


def _age(client: redis.Redis, fleet: Fleet, part: Slice, now: float) -> None:
    """Put into the ledgers of a server what a fleet that runs for long has there."""
    cohort = fleet.attribution / 32
    names = [
        f"{kind}/{arm}/{int(now - age * cohort)}{'/reward' if kind != 'n' else ''}"
        for age in range(1, 100)
        for arm in ARMS
        for kind in f"n{KINDS}"
    ]
    pairs: dict[str, int] = dict.fromkeys(names[: part.fields], 1_234)
    pairs |= {f"@{new_id(now)}": 1_234_567 for _ in range(part.spools)}
    items = list(pairs.items())
    for ledger in client.keys("{banditware:e*}"):
        for at in range(0, len(items), WRITES):
            client.hset(ledger, mapping=dict(items[at : at + WRITES]))


def weighed(client: redis.Redis, add: Iterable[tuple[object, ...]], number: int) -> float:
    """Return the bytes of memory that a server needs for each of so many things.

    Args:
        client: leads to the server.
        add: the commands that add them.
        number: how many things.
    """
    before: int = client.info("memory")["used_memory"]
    with client.pipeline(transaction=False) as pipeline:
        for command in add:
            pipeline.execute_command(*command)  # type: ignore[no-untyped-call]  # theirs
        pipeline.execute()
    after: int = client.info("memory")["used_memory"]
    return (after - before) / number


def connection(client: redis.Redis, url: str, number: int = 200) -> float:
    """Return the bytes of memory that a server needs for a connection."""
    before: int = client.info("memory")["mem_clients_normal"]
    others = [redis.Redis(unix_socket_path=url, protocol=2) for _ in range(number)]
    for other in others:
        other.ping()
    after: int = client.info("memory")["mem_clients_normal"]
    for other in others:
        other.close()
    return (after - before) / number
