"""What it costs to record, to drain, and to exchange counts with SQLite.

Figures are minima over repeats, which a busy machine disturbs least. `python benchmarks/spool.py`.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from banditware.counts import line, pull, reward
from banditware.drain import Drain
from banditware.filespool import FileSpool
from banditware.flusher import Flusher, Settings
from banditware.spool import MemorySpool, Spool
from banditware.stores import Batch, Counts, Store, open_store
from banditware.stores.memory import MemoryStore

LEDGER = "headline@1"
EVENTS = 1_000_000
ARMS, COHORTS, KINDS = 10, 33, 5


def best(repeats: int, calls: int, do: Callable[[], object]) -> float:
    """Return the shortest time of one call, in seconds."""
    times = []
    for _ in range(repeats):
        begin = time.perf_counter()
        for _ in range(calls):
            do()
        times.append((time.perf_counter() - begin) / calls)
    return min(times)


def publish(changed: Mapping[str, Counts]) -> None:
    """Take no notice."""


def recording(folder: Path) -> None:
    record = line(LEDGER, "", pull("casual", 1_700_000_000))
    bare = os.open(folder / "bare", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    framed = b"\n12345678\t%b\n" % record
    files, memory = FileSpool(folder / "files"), MemorySpool()
    store = open_store("sqlite:///recording.db", folder)
    flusher = Flusher(store, Settings(store.folder), ledgers=dict, publish=publish)
    flusher.close()  # so that its thread does not start and compete for the processor
    rows: dict[str, Callable[[], object]] = {
        "os.write alone": lambda: os.write(bare, framed),
        "FileSpool.append": lambda: files.append(record),
        "Flusher.record": lambda: flusher.record(record),
        "MemorySpool.append": lambda: memory.append(record),
    }
    times = {name: [best(1, 2000, do) for _ in range(30)] for name, do in rows.items()}
    for name in rows:
        print(f"{name:42} {min(times[name]) * 1e6:8.2f} us")
    os.close(bare)


def draining(folder: Path) -> None:
    pulls = [line(LEDGER, "", pull(f"arm{arm}", 1_700_000_000)) for arm in range(ARMS)]
    credit = reward("casual", 1_700_000_000, goal="purchase", amount=1.5)
    kinds: dict[str, Callable[[int], bytes]] = {
        "pulls": lambda number: pulls[number % ARMS],
        "90 % pulls, 10 % rewards with keys": lambda number: (
            line(LEDGER, f"1700000000:{number:032x}:purchase", credit)
            if number % 10 == 0
            else pulls[number % ARMS]
        ),
    }
    for kind, record in kinds.items():
        spool: Spool = FileSpool(folder / f"drain{len(kind)}")
        for number in range(EVENTS):
            spool.append(record(number))
        (source,) = spool.sources()
        stores: dict[str, Store] = {
            "memory": MemoryStore(),
            "SQLite": open_store(f"sqlite:///drain{len(kind)}.db", folder),
        }
        for name, store in stores.items():
            begin = time.perf_counter()
            Drain(source).run(store, {})
            seconds = time.perf_counter() - begin
            size = source.size() / EVENTS
            print(
                f"drain 1 M {kind}, {name:8} {seconds:6.2f} s, {EVENTS / seconds / 1e6:.2f} M/s, "
                f"{size:.0f} bytes each"
            )


def exchanging(folder: Path) -> None:
    store = open_store("sqlite:///exchange.db", folder)
    fields = {
        f"{kind}/arm{arm}/{1_700_000_000 + cohort * 18_900}": 1.0 + cohort
        for kind in "nmwkq"[:KINDS]
        for arm in range(ARMS)
        for cohort in range(COHORTS)
    }
    position = 0

    def exchange(deltas: Mapping[str, float], known: int) -> None:
        nonlocal position
        batch = Batch(LEDGER, "p", position, position + 1, deltas)
        store.exchange([batch], {LEDGER: known})
        position += 1

    exchange(fields, 0)
    few = dict(list(fields.items())[:20])
    version = store.ledgers()[LEDGER]
    rows: dict[str, Callable[[], object]] = {
        f"exchange, read {len(fields)} fields": lambda: store.exchange((), {LEDGER: 0}),
        "exchange, nothing changed": lambda: store.exchange((), {LEDGER: version}),
        "exchange, add 20 fields, read all": lambda: exchange(few, 0),
        f"exchange, add {len(fields)} fields, read all": lambda: exchange(fields, 0),
    }
    for name, do in rows.items():
        print(f"{name:42} {best(10, 5, do) * 1e3:8.2f} ms")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        recording(Path(folder))
        exchanging(Path(folder))
        draining(Path(folder))


if __name__ == "__main__":
    main()
