"""Stores are copied there and back while workers record, and are equal to the last count.

Workers record into SQLite, go over to Redis one by one, and come back, while copies run all the
time and are killed at any moment. `python tests/live/test_copy.py 1000 10 4 3000` does it with
1,000 experiments of 10 arms, 4 workers and 3,000 records of each on either side, and prints the
figures.
"""

from __future__ import annotations

import multiprocessing
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import NamedTuple

from banditware.counts import Record, encode, line, once_key, pull, reward
from banditware.flusher import Flusher, Settings
from banditware.stores import open_store
from tests import redis_servers
from tests.redis_servers import ServerProcess

NOON = 1_800_000_000


class Size(NamedTuple):
    """How much there is to copy.

    Attributes:
        experiments: ledgers.
        arms: arms of each.
        workers: processes that record.
        records: pulls that each records into each store, before it goes over.
    """

    experiments: int
    arms: int
    workers: int
    records: int


def work(number: int, size: Size, stops: list[str], folder: str) -> None:
    """Be a worker: record into one store after the other; every third pull is rewarded once."""
    for stop, url in enumerate(stops):
        generator = random.Random(f"{number} {stop}")
        store = open_store(url, Path(folder))
        flusher = Flusher(
            store, Settings(store.folder, 0.05), ledgers=dict, publish=lambda changed: None
        )
        for step in range(size.records):
            ledger = f"e{generator.randrange(size.experiments)}@1"
            arm = f"a{generator.randrange(size.arms)}"
            flusher.record(line(ledger, "", pull(arm, NOON)))
            if step % 3 == 0:
                key = once_key(NOON, f"{number}-{stop}-{step}", "g")
                deltas = reward(arm, NOON, goal="g", amount=generator.randrange(1, 9) / 4)
                # A reward that is sent twice counts once.
                for _ in range(2):
                    flusher.record(line(ledger, key, deltas))
            if step % 50 == 0:
                time.sleep(0.01)
        flusher.close(timeout=60.0)


def fill(url: str, folder: Path, size: Size) -> None:
    """Let there be something in every arm before anything begins."""
    store = open_store(url, folder)
    fields = {f"n/a{arm}/{NOON}": 100 + arm for arm in range(size.arms)}
    flusher = Flusher(store, Settings(store.folder), ledgers=dict, publish=lambda changed: None)
    for number in range(size.experiments):
        flusher.record(encode(Record(f"e{number}@1", "", fields)))
    flusher.close(timeout=60.0)


def begin(source: str, target: str) -> subprocess.Popen[bytes]:
    """Start a copy."""
    command = [sys.executable, "-m", "banditware", "copy", source, target]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL)


def sums(url: str, folder: Path) -> Counter[str]:
    """Return what a store has: over all ledgers by kind, and every single field."""
    store = open_store(url, folder)
    ledgers = dict.fromkeys(store.ledgers(), 0)
    counted: Counter[str] = Counter()
    for ledger, counts in store.exchange((), ledgers).counts.items():
        for name, number in counts.fields.items():
            counted[f"{ledger} {name}"] = number  # type: ignore[assignment]  # quarters, all exact
            counted[name[0]] += number  # type: ignore[assignment]  # likewise
    return counted


def migrate(folder: Path, server: ServerProcess, size: Size) -> tuple[Counter[str], ...]:
    """Return what both stores have at the end, how often copies ran and how many were killed."""
    here, there = f"sqlite:///{folder}/counts.db", server.url(timeout=30)
    fill(here, folder, size)
    fill(there, folder, size)
    processes = multiprocessing.get_context("spawn")
    workers: list[SpawnProcess] = [
        processes.Process(target=work, args=(number, size, [here, there, here], str(folder)))
        for number in range(size.workers)
    ]
    for worker in workers:
        worker.start()
    generator, figures = random.Random(1), Counter[str]()
    while any(worker.is_alive() for worker in workers):
        direction = (here, there) if generator.random() < 0.5 else (there, here)
        copying = begin(*direction)
        try:
            copying.wait(generator.choice((0.4, 0.8, 1.6, 60.0)))
        except subprocess.TimeoutExpired:
            copying.kill()
            copying.wait()
            figures["killed"] += 1
        figures["copies"] += 1
    assert [worker.exitcode for worker in workers] == [0] * size.workers
    for direction in ((here, there), (there, here)):
        assert begin(*direction).wait() == 0
    return sums(here, folder), sums(there, folder), figures


def expected(size: Size) -> Counter[str]:
    """Return what has been recorded."""
    recorded: Counter[str] = Counter()
    filled = sum(100 + arm for arm in range(size.arms))
    recorded["n"] = 2 * size.experiments * filled + 3 * size.workers * size.records
    recorded["k"] = recorded["x"] = 3 * size.workers * len(range(0, size.records, 3))
    return recorded


def check(here: Counter[str], there: Counter[str], size: Size) -> None:
    """Compare to the last count."""
    assert here == there
    assert {kind: here[kind] for kind in "nkx"} == expected(size)


def test_stores_are_equal_after_copies_under_load(tmp_path: Path) -> None:
    """Workers wander from store to store, copies are killed: both stores have everything once."""
    server = ServerProcess(redis_servers.NAMES[0])
    size = Size(experiments=20, arms=3, workers=2, records=300)
    here, there, figures = migrate(tmp_path, server, size)
    server.stop()
    check(here, there, size)
    assert figures["copies"] > 0


if __name__ == "__main__":
    asked = Size(*map(int, sys.argv[1:]))
    for name in redis_servers.NAMES:
        running = ServerProcess(name)
        with tempfile.TemporaryDirectory() as place:
            started = time.monotonic()
            one, other, seen = migrate(Path(place), running, asked)
        running.stop()
        check(one, other, asked)
        print(
            f"{name}: {asked}: {one['n']:,.0f} pulls, {one['k']:,.0f} rewards "
            f"({one['s']:,.2f}), {one['x']:,.0f} duplicates refused; both stores equal in all "
            f"{len(one):,} numbers; {seen['copies']} copies, {seen['killed']} of them killed; "
            f"{time.monotonic() - started:.0f} s"
        )
