"""Throughput by threads of one process and by processes on one store, and that counts are exact.

Threads call the app as a server with threads does; processes share a SQLite file or a Redis server,
and at the end the store has to have exactly the pulls that were drawn. `PYTHONPATH=. python
benchmarks/threads.py [--quick] [--pictures FOLDER]`; exits with 1 if a count is wrong, or if a
request costs much more with many threads than with one.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from banditware import Bandit, wrap
from benchmarks import growing, plotting, tables, workers
from benchmarks.growing import Request, Size
from tests.redis_servers import NAMES, ServerProcess

#: What a request adds may be so many times as much with many threads as with one, and so many
#: microseconds more.
TIMES, MORE = 2.0, 0.5


class Rate(NamedTuple):
    """Requests a second, bare and wrapped."""

    bare: float
    wrapped: float

    @property
    def added(self) -> float:
        """Microseconds of the process that a request takes beyond the bare app."""
        return 1e6 / self.wrapped - 1e6 / self.bare


def throughput(calls: list[Request], seconds: float) -> float:
    """Return how often a second the calls are made, each by a thread of its own."""
    done, stop = [0] * len(calls), threading.Event()
    ready = threading.Barrier(len(calls) + 1)

    def work(number: int, call: Request) -> None:
        ready.wait()
        while not stop.is_set():
            for _ in range(20):
                call()
            done[number] += 20

    threads = [threading.Thread(target=work, args=each) for each in enumerate(calls)]
    for thread in threads:
        thread.start()
    ready.wait()
    begin = time.perf_counter()
    time.sleep(seconds)
    stop.set()
    for thread in threads:
        thread.join()
    return sum(done) / (time.perf_counter() - begin)


def by_threads(given: argparse.Namespace, folder: Path) -> tuple[str, list[str]]:
    """Return the table of threads, and what is wrong."""
    numbers = (1, 4, 64) if given.quick else (1, 2, 4, 8, 16, 32, 64)
    found: dict[str, dict[int, Rate]] = {}
    size = Size(store=f"sqlite:///{folder}/threads.db", refresh="1s")
    with Bandit.from_config(growing.configuration(size)) as bandit:
        wrapped = wrap(growing.app, bandit, interface="wsgi")
        for number in numbers:
            apps = {"bare": growing.app, "wrapped": wrapped}
            asked = {
                name: [growing.requests(app) for _ in range(number)] for name, app in apps.items()
            }
            for kind in growing.KINDS:
                rates: dict[str, list[float]] = {"bare": [], "wrapped": []}
                for _ in range(1 if given.quick else 3):
                    for name, calls in asked.items():
                        each = [call[kind] for call in calls]
                        rates[name].append(throughput(each, 0.05 if given.quick else 0.35))
                middle = {name: tables.spread(every).median for name, every in rates.items()}
                found.setdefault(kind, {})[number] = Rate(**middle)
        faults = bandit.health().faults
    rows: list[list[object]] = [
        [f"{number:,}", *(text for kind in found for text in _cells(found[kind][number]))]
        for number in numbers
    ]
    titles = [f"{kind}{what}" for kind in found for what in (", 1/s", ", µs added")]
    wrong = [
        f"{kind}: {numbers[-1]} threads add {rates[numbers[-1]].added:.2f} µs to a request, one "
        f"{rates[1].added:.2f} µs"
        for kind, rates in found.items()
        if rates[numbers[-1]].added > TIMES * rates[1].added + MORE
    ]
    if given.pictures:
        series = {
            kind: [(float(n), rate.wrapped) for n, rate in rates.items()]
            for kind, rates in found.items()
        }
        plotting.lines(
            given.pictures / "threads.svg", series, title="Throughput by threads of one process",
            x="threads", y="requests a second", log="x",
        )  # fmt: skip
    return tables.markdown(["threads", *titles], rows), wrong + ["faults"] * bool(faults)


def _cells(rate: Rate) -> list[str]:
    return [tables.figure(rate.wrapped), f"{rate.added:.3g}"]


@contextmanager
def stores(folder: Path) -> Iterator[dict[str, str]]:
    """Give the addresses of the stores that processes share."""
    server = ServerProcess(NAMES[-1])
    try:
        yield {
            "SQLite": f"sqlite:///{folder}/counts.db",
            "Redis": server.url(spool=str(folder / "spool")),
        }
    finally:
        server.stop()


def by_processes(given: argparse.Namespace, folder: Path) -> tuple[str, list[str]]:
    """Return the table of processes, and what is wrong."""
    numbers = (1, 4) if given.quick else (1, 2, 4, 8, 16, 32)
    seconds = 0.3 if given.quick else 1.5
    rows: list[list[object]] = []
    series: dict[str, list[tuple[float, float]]] = {}
    wrong: list[str] = []
    with stores(folder) as addresses:
        for number in numbers:
            row: list[object] = [f"{number:,}"]
            for name, address in addresses.items():
                told = workers.run(Size(store=address, refresh="250ms"), number, seconds, folder)
                series.setdefault(name, []).append((number, told.rate))
                row += [told.rate, told.sent, told.stored]
                if told.sent != told.stored:
                    wrong.append(
                        f"{number} processes on {name}: {told.sent} pulls, {told.stored} stored"
                    )
            rows.append(row)
    titles = [f"{name}{what}" for name in series for what in (", 1/s", ": pulls", ", stored")]
    if given.pictures:
        plotting.lines(
            given.pictures / "processes.svg", series, title="Throughput by processes on one store",
            x="processes", y="requests a second", log="x",
        )  # fmt: skip
    return tables.markdown(["processes", *titles], rows), wrong


def main() -> int:
    """Print the tables; return 1 if something is wrong."""
    given = tables.options(__doc__)
    parts: list[Callable[[argparse.Namespace, Path], tuple[str, list[str]]]] = [
        by_threads,
        by_processes,
    ]
    print("### Growth: threads and processes\n")
    print(
        f"{tables.machine()}. Requests a second in all, WSGI, two experiments; threads beside the "
        "bare app with as many threads, in turn; processes send new visitors. Two cores carry "
        "them all: more threads or processes than that share what there is.\n"
    )
    wrong: list[str] = []
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        for part in parts:
            print(part.__name__, file=sys.stderr)
            table, found = part(given, Path(folder))
            print(f"{table}\n")
            wrong += found
    for each in wrong:
        print(f"- {each}")
    if not wrong:
        print("Every store has exactly the pulls that were sent.")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
