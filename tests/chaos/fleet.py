"""Real processes that record into one SQLite database while bad things happen to them.

A program of its own, because forking and killing are nothing for the process that runs the tests:
`python fleet.py kill|fork|full FOLDER` prints what happened as JSON. What is true is kept in memory
that all processes share: each slot counts what it began and what it has done, so whatever a kill
leaves undecided lies in between.
"""

from __future__ import annotations

import json
import mmap
import os
import random
import resource
import signal
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path

from banditware import filespool, forks
from banditware.adoption import Orphans
from banditware.counts import Record, encode
from banditware.filespool import SUFFIX
from banditware.flusher import Flusher, Settings
from banditware.stores import Counts, Store, open_store
from tests.histories import added_up

LEDGER = "a@1"
SLOTS = 4
PER_SLOT = 20_000

#: How often a process forks whose threads are hot.
CHILDREN = 60


def start(folder: Path) -> Flusher:
    """Return a flusher on the database of a folder."""
    store = open_store("sqlite:///counts.db", folder)

    def publish(changed: Mapping[str, Counts]) -> None:
        """Take no notice."""

    settings = Settings(store.folder, refresh=0.02)
    return Flusher(store, settings, ledgers=lambda: {LEDGER: 1e9}, publish=publish)


def pull(arm: str) -> bytes:
    """Return the record of a pull."""
    return encode(Record(LEDGER, "", {f"n/{arm}/0": 1}))


def reward(arm: str, name: str) -> bytes:
    """Return the record of a reward that counts once."""
    return encode(Record(LEDGER, f"0:{name}:g", {f"k/{arm}/0/g": 1}))


def result(folder: Path) -> dict[str, object]:
    """Adopt what is left and return what is stored."""
    flusher = start(folder)
    flusher.drain_all()
    store = open_store("sqlite:///counts.db", folder)
    counts = store.exchange((), {LEDGER: 0}).counts[LEDGER].fields
    return {
        "fields": dict(counts),
        "history": added_up(store.aside(LEDGER)) == added_up(counts),
        "left": undrained(store, folder / "counts.db.spool"),
        "damaged": flusher.health().damaged,
    }


def undrained(store: Store, folder: Path) -> list[str]:
    """Return the spools that somebody has, or of which the store does not have everything."""
    before = store.ledgers()
    orphans = Orphans(folder)
    orphans.drain(store, own=())
    drained = [spool.id for spool in orphans.drained()] if store.ledgers() == before else []
    return [path.name for path in folder.glob(f"*{SUFFIX}") if path.stem not in drained]


class Tally:
    """Two counters per slot in memory that forked processes share.

    A kill may come in the middle of anything, so each counter is written in one step; `struct`
    would clear it first.
    """

    def __init__(self, slots: int) -> None:
        self._counters = memoryview(mmap.mmap(-1, 16 * slots)).cast("q")

    def get(self, slot: int) -> tuple[int, int]:
        """Return what a slot began and what it has done."""
        return self._counters[2 * slot], self._counters[2 * slot + 1]

    def begin(self, slot: int) -> None:
        """Count something that begins."""
        self._counters[2 * slot] += 1

    def end(self, slot: int) -> None:
        """Count something that is done."""
        self._counters[2 * slot + 1] += 1


def work(folder: Path, tally: Tally, slot: int) -> None:
    """Record until the slot has done its share, then end in peace."""
    flusher = start(folder)
    while tally.get(slot)[1] < PER_SLOT:
        tally.begin(slot)
        flusher.record(pull(f"arm{slot}"))
        flusher.record(reward(f"arm{slot}", f"{slot}-{tally.get(slot)[0]}"))
        tally.end(slot)
    flusher.close(timeout=10.0)


def kill(folder: Path) -> dict[str, object]:
    """Kill workers at random points of their work, and replace them, until all is done."""
    generator = random.Random(7)
    tally = Tally(SLOTS)
    kills = 0
    living: dict[int, tuple[int, int]] = {}
    for slot in range(SLOTS):
        living[slot] = spawn(folder, tally, slot), generator.randrange(200, 3000)
    while living:
        for slot, (process, limit) in list(living.items()):
            ended, _ = os.waitpid(process, os.WNOHANG)
            if ended:
                del living[slot]
            elif tally.get(slot)[1] >= limit and limit < PER_SLOT:
                os.kill(process, signal.SIGKILL)
                os.waitpid(process, 0)
                kills += 1
                step = generator.randrange(200, 3000)
                living[slot] = spawn(folder, tally, slot), tally.get(slot)[1] + step
        time.sleep(0.0005)
    return {"kills": kills, "tally": [tally.get(slot) for slot in range(SLOTS)]}


def spawn(folder: Path, tally: Tally, slot: int) -> int:
    """Fork a worker; return its process id."""
    process = os.fork()
    if process == 0:
        work(folder, tally, slot)
        os._exit(0)
    return process


def fork(folder: Path) -> dict[str, object]:
    """Fork while three threads record as fast as they can; every third child ends by a kill."""
    # Little, so that threads which outrun the file that is being written are seen to wait.
    filespool.OVERFLOW = 20
    forks.PATIENCE = 30.0
    flusher = start(folder)
    stop = threading.Event()
    done = [0, 0, 0]

    def record(number: int) -> None:
        while not stop.is_set():
            flusher.record(pull("parent"))
            done[number] += 1

    threads = [threading.Thread(target=record, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    children = []
    for number in range(CHILDREN):
        child = os.fork()
        if child == 0:
            for _ in range(200):
                flusher.record(pull("child"))
            if number % 3 == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            flusher.close(timeout=10.0)
            os._exit(0)
        children.append(child)
    statuses = [os.waitpid(child, 0)[1] for child in children]
    stop.set()
    for thread in threads:
        thread.join()
    flusher.close(timeout=10.0)
    return {"parent": sum(done), "child": CHILDREN * 200, "statuses": statuses}


def full(folder: Path) -> dict[str, object]:
    """Record while files cannot grow, then when they can again."""
    flusher = start(folder)
    flusher.drain_all()
    flusher._started = True
    _, highest = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, highest))
    for _ in range(500):
        flusher.record(pull("x"))
    tight = flusher.health()
    resource.setrlimit(resource.RLIMIT_FSIZE, (highest, highest))
    for _ in range(500):
        flusher.record(pull("x"))
    flusher.flush()
    flusher.close(timeout=10.0)
    return {"waiting": tight.backlog_bytes, "errors": tight.spool_errors, "dropped": tight.dropped}


if __name__ == "__main__":
    place = Path(sys.argv[2])
    told = {"kill": kill, "fork": fork, "full": full}[sys.argv[1]](place)
    json.dump({**told, **result(place)}, sys.stdout)
