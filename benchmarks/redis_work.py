"""What a fleet asks of Redis, by the number of workers and by their requests.

Workers are simulated by `Bandit` objects whose clock is moved on by hand, one `refresh` at a time:
the server does exactly what it would do for as many processes, and its own counters are read.
`PYTHONPATH=. python benchmarks/redis_work.py`; a minute.
"""

from __future__ import annotations

import math
import os
import shutil
import tempfile
from collections.abc import Sequence
from itertools import starmap
from pathlib import Path
from typing import NamedTuple

import redis

from banditware import Bandit
from tests.redis_servers import ServerProcess

WORKERS = (1, 8, 32)
RATES = (100, 5_000)

#: Seconds that are measured: two looks for dead processes' spools and one folding are among them.
SECONDS = 60

#: Every tenth decision is rewarded.
REWARDED = 10

EXPERIMENTS = {
    "color_btn": {"arms": {"green": "#0F0", "red": "#F00", "blue": "#00F"}},
    "txt_btn": {"arms": {"casual": "Hey", "neutral": "Add to cart", "formal": "Good day"}},
}

#: What one core of a server may be asked for, so that a burst has room.
LOAD = 0.5


class Work(NamedTuple):
    """What a server did in a second, on the average.

    Attributes:
        scripts: scripts that were run for batches of records.
        commands: all commands, those inside of scripts among them.
        cpu: milliseconds of processor.
        received: kilobytes.
        sent: kilobytes.
    """

    scripts: float
    commands: float
    cpu: float
    received: float
    sent: float


class Clock:
    """A clock that is moved on by hand."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        """Return seconds since the epoch."""
        return self.now


def read(client: redis.Redis) -> Work:
    """Return the server's counters since it was started."""
    info = client.info("everything")
    calls = {name: stats["calls"] for name, stats in info.items() if name.startswith("cmdstat_")}
    return Work(
        calls.get("cmdstat_evalsha", 0),
        sum(number for name, number in calls.items() if name != "cmdstat_info"),
        (info["used_cpu_user"] + info["used_cpu_sys"]) * 1e3,
        info["total_net_input_bytes"] / 1e3,
        info["total_net_output_bytes"] / 1e3,
    )


def second(bandits: Sequence[Bandit], rate: int) -> None:
    """Let every worker have so many requests, and then its turn with the store."""
    for bandit in bandits:
        for number in range(rate):
            decision = bandit.decide("color_btn" if number % 2 else "txt_btn")
            if number % REWARDED == 0:
                bandit.reward(decision)
        bandit._flusher.turn()  # noqa: SLF001  # its thread's, whose clock here is not the wall's


def measured(workers: int, rate: int, seconds: int = SECONDS) -> Work:
    """Return the work of so many workers with so many requests a second each."""
    folder = Path(tempfile.mkdtemp())
    server = ServerProcess("valkey")
    clock = Clock()
    config = {
        "secret_keys": ["a key of the benchmark that is long enough"],
        "store": server.url(spool=str(folder)),
        "refresh": "24h",  # so that no thread takes a turn by itself
        "experiments": EXPERIMENTS,
    }
    bandits = [Bandit.from_config(config) for _ in range(workers)]
    for bandit in bandits:
        bandit._ground.clock = clock  # noqa: SLF001
        bandit._flusher._settings = bandit._flusher._settings._replace(clock=clock)  # noqa: SLF001
    second(bandits, 10)
    with server.client() as client:
        before = read(client)
        for _ in range(seconds):
            clock.now += 1.0
            second(bandits, rate)
        after = read(client)
    pulls = sum(arm["pulls"] for arm in bandits[0].stats("color_btn")["arms"].values())
    assert pulls == workers * (rate * seconds + 10) / 2, "every request is counted"
    for bandit in bandits:
        bandit.close(timeout=60)
    server.stop()
    shutil.rmtree(folder)
    return Work(*starmap(lambda b, a: (a - b) / seconds, zip(before, after, strict=True)))


def memory() -> None:
    """Print what a million decisions take up in a server and in an SQLite file."""
    folder = Path(tempfile.mkdtemp())
    server = ServerProcess("valkey")
    stores = {"Valkey": server.url(spool=str(folder / "v")), "SQLite": "sqlite:///counts.db"}
    for name, url in stores.items():
        config = {
            "secret_keys": ["a key of the benchmark that is long enough"],
            "store": url,
            "experiments": EXPERIMENTS,
        }
        with server.client() as client:
            before = client.info("memory")["used_memory"]
        os.chdir(folder)
        with Bandit.from_config(config) as bandit:
            for number in range(1_000_000):
                decision = bandit.decide("color_btn")
                if number % REWARDED == 0:
                    bandit.reward(decision)
            bandit.flush()
        with server.client() as client:
            used = client.info("memory")["used_memory"] - before
        if name == "SQLite":
            used = (folder / "counts.db").stat().st_size
        print(
            f"{name}: {used / 1e6:.1f} MB for a million decisions, "
            f"{1_000_000 // REWARDED:,} of them rewarded"
        )
    server.stop()
    shutil.rmtree(folder)


def line(points: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Return start and slope of the straight line of least squares."""
    xs, ys = zip(*points, strict=True)
    mean_x, mean_y = math.fsum(xs) / len(xs), math.fsum(ys) / len(ys)
    slope = math.fsum((x - mean_x) * (y - mean_y) for x, y in points) / math.fsum(
        (x - mean_x) ** 2 for x in xs
    )
    return mean_y - slope * mean_x, slope


def main() -> None:
    found: dict[tuple[int, int], Work] = {}
    print(
        "two experiments of three arms, refresh 1 s, a tenth of the decisions rewarded; per second:"
    )
    print(f"{'workers':>8}{'req/s each':>12}" + "".join(f"{n:>12}" for n in Work._fields))
    for rate in RATES:
        for workers in WORKERS:
            work = found[workers, rate] = measured(workers, rate)
            print(f"{workers:8}{rate:12}" + "".join(f"{number:12.1f}" for number in work))
    print()
    for rate in RATES:
        for name in Work._fields:
            points = [(float(w), float(getattr(found[w, rate], name))) for w in WORKERS]
            start, slope = line(points)
            print(
                f"{rate:6} req/s each: {name:9} = {start:8.2f} + {slope:8.3f} x workers"
                f"   10,000 workers: {start + slope * 10_000:12,.0f}"
            )
        start, slope = line([(float(w), found[w, rate].cpu) for w in WORKERS])
        cores = (start + slope * 10_000) / 1e3
        print(
            f"{rate:6} req/s each: 10,000 workers ({10_000 * rate:,} requests a second) keep "
            f"{cores:.1f} cores busy: {math.ceil(cores / LOAD)} masters of a Cluster, if there are "
            "as many experiments to spread over them\n"
        )
    memory()


if __name__ == "__main__":
    main()
