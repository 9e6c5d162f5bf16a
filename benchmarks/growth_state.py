"""The part of `benchmarks/growth.py` that is off the request path: memory, start-up, refresh."""

from __future__ import annotations

import argparse
import gc
import json
import random
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import yaml

from banditware import Bandit
from banditware.model import Statistics
from banditware.policies.epsilon_greedy import EpsilonGreedy
from banditware.policies.thompson import Thompson
from benchmarks import growing, plotting, tables
from benchmarks.growing import Size

ARMS = (2, 5, 10, 50, 200, 1_000)


class Plain(yaml.SafeDumper):
    """Writes everything out, as people do."""

    def ignore_aliases(self, _data: object) -> bool:
        """Write what was written before once more."""
        return True


def resident() -> float:
    """Return the bytes of memory that this process has."""
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * 4_096.0


def timed(call: Callable[[], object]) -> float:
    """Return the milliseconds that a call takes."""
    begin = time.perf_counter()
    call()
    return (time.perf_counter() - begin) * 1e3


def child(number: int) -> dict[str, float]:
    """Return what so many experiments take, in a process that does nothing else."""
    Bandit.from_config(growing.configuration(Size(experiments=2))).close()
    with tempfile.TemporaryDirectory() as folder:
        size = Size(experiments=number, store=f"sqlite:///{folder}/counts.db")
        config = growing.configuration(size)
        file = Path(folder) / "banditware.yaml"
        file.write_text(yaml.dump(config, Dumper=Plain), encoding="utf-8")
        gc.collect()
        before, opened = resident(), list[Bandit]()
        start = timed(lambda: opened.append(Bandit.from_config(config)))
        gc.collect()
        held = resident() - before
        (bandit,) = opened
        idle = timed(bandit.refresh)
        for each in config["experiments"]:
            bandit.reward(bandit.decide(each))
        busy = timed(bandit.flush)
        bandit.close(60.0)
        read = timed(lambda: opened.append(Bandit.from_config(file)))
        opened.pop().close(60.0)
    tracemalloc.start()
    with Bandit.from_config(config | {"store": "memory://"}):
        gc.collect()
        traced, _ = tracemalloc.get_traced_memory()
    return {"rss": held, "traced": traced, "dict": start, "yaml": read, "idle": idle, "busy": busy}


def alone(number: int) -> dict[str, float]:
    """Return the same, from a process of its own."""
    command = [sys.executable, "-m", "benchmarks.growth_state", str(number)]
    told: dict[str, float] = json.loads(subprocess.run(command, check=True, stdout=-1).stdout)
    return told


def by_experiments(given: argparse.Namespace) -> None:
    """Print what experiments take beside requests."""
    sizes = (1, 10, 100, 1_000) if given.quick else (1, 10, 100, 1_000, 10_000)
    found = {number: alone(number) for number in sizes}
    columns = {
        "start from a dict, ms": "dict",
        "start from YAML, ms": "yaml",
        "refresh, nothing new, ms": "idle",
        "refresh, all new, ms": "busy",
        "RSS, kB": "rss",
        "allocated, kB": "traced",
    }
    scale = {"rss": 1e-3, "traced": 1e-3}
    points = {
        title: [(float(n), each[key] * scale.get(key, 1.0)) for n, each in found.items()]
        for title, key in columns.items()
    }
    rows: list[list[object]] = [
        [f"{n:,}", *(points[title][at][1] for title in columns)] for at, n in enumerate(found)
    ]
    lines = [tables.fitted(*zip(*each, strict=True)) for each in points.values()]
    rows.append(["per 1 more", *(line.slope for line in lines)])
    rows.append(["r2 of the line", *(f"{line.r2:.2f}" for line in lines)])
    print("Off the request path, each size in a process of its own, 5 arms, SQLite:\n")
    print(f"{tables.markdown(['experiments', *columns], rows)}\n")
    if given.pictures:
        times = {title: each for title, each in points.items() if "ms" in title}
        plotting.lines(
            given.pictures / "growth-state.svg",
            times,
            title="Start-up and refresh by number of experiments",
            x="experiments",
            y="ms",
            log=True,
        )


def statistics(arms: int) -> Statistics:
    """Return counts of arms that are not far from each other."""
    generator = random.Random(arms)
    pulls = tuple(1_000.0 + generator.randrange(1_000) for _ in range(arms))
    wins = tuple(each * generator.uniform(0.04, 0.06) for each in pulls)
    names = tuple(f"a{number:04}" for number in range(arms))
    return Statistics(names, pulls, wins, wins, wins, wins)


def by_arms(given: argparse.Namespace) -> None:
    """Print what the vector of an experiment takes at a refresh."""
    policies = {"thompson, ms": Thompson(), "epsilon-greedy, ms": EpsilonGreedy()}
    found: dict[str, list[tuple[float, float]]] = {title: [] for title in policies}
    for arms in ARMS:
        seen = statistics(arms)
        for title, policy in policies.items():
            calls = 1 if given.quick else 7
            times = [timed(lambda p=policy, s=seen: p.probabilities(s)) for _ in range(calls)]  # type: ignore[misc]  # mypy infers no lambda with defaults
            found[title].append((arms, tables.spread(times).median))
    rows: list[list[object]] = [
        [f"{arms:,}", *(each[at][1] for each in found.values())] for at, arms in enumerate(ARMS)
    ]
    lines = [tables.fitted(*zip(*each, strict=True)) for each in found.values()]
    rows.append(["per 1 more", *(line.slope for line in lines)])
    rows.append(["r2 of the line", *(f"{line.r2:.2f}" for line in lines)])
    print("The probabilities of one experiment, computed at a refresh:\n")
    print(f"{tables.markdown(['arms', *found], rows)}\n")


def told(given: argparse.Namespace) -> list[str]:
    """Print the tables; nothing of them concerns a request."""
    by_arms(given)
    by_experiments(given)
    return []


if __name__ == "__main__":
    print(json.dumps(child(int(sys.argv[1]))))
