"""Throughput by the number of gunicorn's workers, on all cores: bare and wrapped, in turn."""

from __future__ import annotations

import argparse
import contextlib
import os
import statistics
import sys
import time
from collections.abc import Mapping
from concurrent.futures import Executor
from pathlib import Path

from benchmarks import plotting, tables
from benchmarks.load_apps import BODY
from benchmarks.load_client import Load, asked, cookies, drive, request
from benchmarks.load_pairs import READY
from benchmarks.load_servers import KINDS, Running, pin, serving

WORKERS = (1, 2, 4)
APPS = ("bare", "wrapped")

#: Requests on their way at once from each of the two generators.
WIDTH = 8

Rates = Mapping[tuple[str, int], list[float]]


def rate(pool: Executor, server: Running, sent: bytes, seconds: float) -> float:
    """Return a server's answers a second, on the time of the cores that generators leave it."""
    cores = sorted(os.sched_getaffinity(0))[:2]
    pin(server.processes, set(cores))
    start = time.monotonic() + READY
    driven = list(
        pool.map(
            drive,
            [
                Load(server.port, [sent], BODY, server.keeps, WIDTH, c, start, seconds)
                for c in cores
            ],
        )
    )
    answers, taken = sum(turn.answers for turn in driven), max(turn.seconds for turn in driven)
    return answers / (taken - sum(turn.own for turn in driven) / len(cores))


def rates(pool: Executor, folder: Path, rounds: int, seconds: float) -> Rates:
    """Return what each app and number of workers answers, round by round."""
    found: dict[tuple[str, int], list[float]] = {}
    with contextlib.ExitStack() as stack:
        servers = {
            (app, workers): stack.enter_context(
                serving(KINDS[0], app, folder / f"workers_{app}_{workers}", workers=workers)
            )
            for workers in WORKERS
            for app in APPS
        }
        first = asked(servers["wrapped", 1].port, request("/"), BODY)
        sent = request("/", cookies(first))
        for number in range(rounds + 1):
            print(f"workers: round {number} of {rounds}", file=sys.stderr)
            for key, server in servers.items():
                answers = rate(pool, server, sent, seconds)
                if number:  # the first one warms up
                    found.setdefault(key, []).append(answers)
    return found


def main(pool: Executor, folder: Path, options: argparse.Namespace) -> None:
    """Print the table and draw the picture."""
    found = rates(pool, folder, *((1, 0.1) if options.quick else (5, 0.6)))
    middle = {key: statistics.median(values) for key, values in found.items()}
    rows = [
        [workers, *(str(tables.spread(found[app, workers])) for app in APPS),
         f"{middle['wrapped', workers] / middle['bare', workers]:.1%}"]
        for workers in WORKERS
    ]  # fmt: skip
    print("#### By the number of workers\n")
    print(tables.markdown(("workers", "bare, answers/s", "wrapped, answers/s", "left"), rows))
    print(
        "\nReturning visitors, two experiments, gunicorn on two cores that the generators share;"
        " in turn, medians (quartiles).\n"
    )
    if options.pictures:
        plotting.lines(
            options.pictures / "throughput-by-workers.svg",
            {app: [(workers, middle[app, workers]) for workers in WORKERS] for app in APPS},
            title="Throughput of gunicorn by workers (two cores)",
            x="workers",
            y="answers a second",
        )
