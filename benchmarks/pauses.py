"""How long requests wait while 1,000 experiments refresh in another thread of the process.

A request is due every millisecond, and is late by what passes from then until it is answered: also
by the wait for the lock of the interpreter, as in a server whose thread wakes up for it. Between
requests all experiments get decisions and rewards, so that each of them changes with every refresh.
The same with nothing to refresh, and a process that does nothing, show what the machine adds by
itself; they take turns.
`PYTHONPATH=. python benchmarks/pauses.py [--quick] [--pictures FOLDER]`; exits with 1 if the
refresh makes requests wait for more than 5 ms.
"""

from __future__ import annotations

import gc
import os
import random
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar
from unittest import mock

from banditware import Bandit, pacing
from benchmarks import gaps, growing, plotting, tables
from benchmarks.growing import Size
from benchmarks.waits import ALONE, LIMIT, REASONS, Collections, Seen, Wait, ours, together
from tests.redis_servers import NAMES, ServerProcess

#: Milliseconds between two requests.
EVERY = 1.0


class Threads:
    """Reads the kernel's books about the calling thread and a bandit's own. Linux only."""

    def __init__(self, bandit: Bandit) -> None:
        thread = bandit._flusher._thread  # noqa: SLF001  # there is no other way to its number
        assert thread is not None
        self._books = [
            os.open(f"/proc/self/task/{number}/schedstat", os.O_RDONLY)
            for number in (threading.get_native_id(), thread.native_id)
        ]

    def __call__(self) -> tuple[float, float]:
        """Return milliseconds that the bandit's worked, and that both waited for a processor."""
        own, bandits = (os.pread(book, 100, 0).split() for book in self._books)
        return int(bandits[0]) / 1e6, (int(own[1]) + int(bandits[1])) / 1e6

    def close(self) -> None:
        """Close the books."""
        for book in self._books:
            os.close(book)


class TimedSlices(pacing.Slices):
    """Notes how much the thread works between two turns, however busy the machine is.

    Attributes:
        long: milliseconds of those that are noted.
    """

    __slots__ = ("_begun",)

    long: ClassVar[list[float]] = []

    def __init__(self) -> None:
        super().__init__()
        self._begun = time.thread_time()

    def __call__(self) -> None:
        """See `pacing.Slices`."""
        worked = (time.thread_time() - self._begun) * 1e3
        if worked > LIMIT / 4:
            self.long.append(worked)
        super().__call__()
        self._begun = time.thread_time()


def timed(bandit: Bandit) -> list[float]:
    """Have the rounds of a bandit's thread timed; return the list that gets their seconds."""
    rounds: list[float] = []
    flusher: Any = bandit._flusher  # noqa: SLF001  # there is no other way to time a round
    turn: Callable[[], float] = flusher.turn

    def turned() -> float:
        begin = time.perf_counter()
        try:
            return turn()
        finally:
            rounds.append(time.perf_counter() - begin)

    flusher.turn = turned
    return rounds


def observed(size: Size, seconds: float) -> Seen:
    """Return what requests met in so many seconds."""
    bandit, asked = growing.site(size)
    names = [growing.name(number) for number in range(size.experiments)]
    calls = list(asked.values())
    generator, collections, threads = random.Random(1), Collections(), Threads(bandit)
    TimedSlices.long = []
    seen = Seen([], timed(bandit), TimedSlices.long)
    gc.collect()
    gc.callbacks.append(collections)
    due = time.perf_counter()
    end, number = due + seconds, 0
    while due < end:
        number += 1
        due = max(due + EVERY / 1e3, time.perf_counter())
        worked, ready = threads()  # what makes this thread wake up late counts, too
        collected = collections.seconds
        time.sleep(max(0.0, due - time.perf_counter()))
        calls[number % len(calls)]()
        wait = (time.perf_counter() - due) * 1e3
        collected = (collections.seconds - collected) * 1e3
        worked, ready = (
            after - before for after, before in zip(threads(), (worked, ready), strict=True)
        )
        seen.waits.append(Wait(wait, worked, ready, collected))
        decision = bandit.decide(names[number % len(names)])
        if generator.random() < 0.2:
            bandit.reward(decision)
    gc.callbacks.remove(collections)
    threads.close()
    bandit.close(60.0)
    return seen


@contextmanager
def stores(folder: Path) -> Iterator[dict[str, str]]:
    """Give the addresses of the stores, each used once."""
    server = ServerProcess(NAMES[-1])
    try:
        yield {
            "memory": "memory://",
            "SQLite": f"sqlite:///{folder}/{{}}.db",
            "Redis": server.url(spool=str(folder / "spool")) + "&prefix={}",
        }
    finally:
        server.stop()


def compared(address: str, *, quick: bool) -> dict[str, Seen]:
    """Return what requests met with nothing to refresh, and while everything does.

    In turn with both, a process that only looks at its clock meets what the machine does alone.
    """
    found: dict[str, list[Seen]] = {ALONE: [], "nothing": [], "all": []}
    seconds = 3.0 if quick else 8.0
    for turn in range(1 if quick else 2):
        for name, refresh in (("nothing", "1h"), ("all", "1s")):
            store = address.format(f"{name}{turn}")
            size = Size(experiments=1_000, store=store, refresh=refresh)
            found[name].append(observed(size, seconds))
        waits = [Wait(*gap, 0.0, 0.0) for gap in gaps.seen(seconds)]
        found[ALONE].append(Seen(waits, [], []))
    return {name: together(each) for name, each in found.items()}


def row(store: str, name: str, seen: Seen) -> list[object]:
    """Return the row of a table."""
    quantiles = [seen.quantile(share) for share in (0.5, 0.99, 0.999, 1.0)]
    rounds = f"{max(seen.rounds):.2f}" if seen.rounds else "-"
    stretch = f"{max(seen.slices, default=0.0):.1f}" if seen.rounds else "-"
    reasons = [seen.long(reason) for reason in REASONS]
    long = [f"{len(each)} ({max(each):.1f})" if each else "0" for each in reasons]
    return [store, name, len(seen.waits), *quantiles, *long, rounds, stretch]


NOTE = f"""\
WSGI, 1,000 experiments of 5 arms, thompson, refresh 1 s; a request is due every millisecond and
late by what passes until it is answered. What waited over {LIMIT:g} ms is told apart by clocks:
*collections* would not have but for the interpreter's garbage collections, in whichever thread; in
*the machine's* would not have but for the time in which threads of the process were ready and had
no processor, or the bandit's worked for less than {LIMIT:g} ms of it; the rest is *ours*.
*{ALONE.capitalize()}* is a process without banditware that only looks at its clock, in turn with
the others: the longest time between two looks, by millisecond. The last column holds also what
SQLite and the sockets do without the interpreter's lock.
"""


def main() -> int:
    """Print the table; return 1 if requests wait for too long."""
    given = tables.options(__doc__)
    rows: list[list[object]] = []
    wrong: list[str] = []
    worst: dict[str, dict[str, float]] = {}
    with (
        mock.patch.object(pacing, "Slices", TimedSlices),
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        stores(Path(folder)) as addresses,
    ):
        for store, address in addresses.items():
            print(store, file=sys.stderr)
            found = compared(address, quick=given.quick)
            rows += [row(store, name, seen) for name, seen in found.items()]
            worst[store] = {name: seen.quantile(1.0) for name, seen in found.items()}
            if number := ours(found):
                wrong.append(f"{store}: {number} requests waited over {LIMIT:g} ms for a refresh")
    columns = ["store", "refreshed", "requests", "p50, ms", "p99, ms", "p99.9, ms", "max, ms"]
    columns += [f"over {LIMIT:g} ms: {reason} (max, ms)" for reason in REASONS]
    columns += ["longest refresh, s", "longest between two turns, ms CPU"]
    print("### Growth: requests while 1,000 experiments refresh\n")
    print(f"{tables.machine()}. {NOTE}")
    print(tables.markdown(columns, rows))
    print()
    for each in wrong:
        print(f"- {each}")
    if not wrong:
        print(f"No request waits for over {LIMIT:g} ms because of a refresh.")
    if given.pictures:
        path = given.pictures / "pauses.svg"
        plotting.grouped(
            path, worst, title="Longest wait of a request, by what is refreshed", x="ms"
        )
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
