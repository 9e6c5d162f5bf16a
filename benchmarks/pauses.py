"""How long requests wait while 1,000 experiments refresh in another thread of the process.

A request is due every millisecond, and is late by what passes from then until it is answered: also
by the wait for the lock of the interpreter, as in a server whose thread wakes up for it. Between
requests all experiments get decisions and rewards, so that each of them changes with every refresh.
The same with nothing to refresh shows what the machine adds by itself; both take turns.
`PYTHONPATH=. python benchmarks/pauses.py [--quick] [--pictures FOLDER]`; exits with 1 if the
refresh makes requests wait for more than 5 ms.
"""

from __future__ import annotations

import gc
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar, NamedTuple
from unittest import mock

from banditware import Bandit, pacing
from benchmarks import growing, plotting, tables
from benchmarks.growing import Size
from tests.redis_servers import NAMES, ServerProcess

#: Milliseconds that no request may wait longer, and between two of them.
LIMIT, EVERY = 5.0, 1.0


class Seen(NamedTuple):
    """What requests met.

    Attributes:
        waits: milliseconds from when each was due until it was answered.
        collected: the same of those in which the interpreter looked through all its objects.
        rounds: seconds of each refresh.
        slices: milliseconds of its processor's time that the refresh took between two turns of
            others; those above a quarter of the limit.
    """

    waits: list[float]
    collected: list[float]
    rounds: list[float]
    slices: list[float]

    def quantile(self, share: float) -> float:
        """Return the wait that such a share of the requests does not exceed."""
        return sorted(self.waits)[min(len(self.waits) - 1, int(share * len(self.waits)))]

    def long(self) -> int:
        """Return how many waited for too long."""
        return sum(wait > LIMIT for wait in self.waits)


class Collections:
    """Counts how often the interpreter has looked through all its objects."""

    number = 0

    def __call__(self, phase: str, info: dict[str, int]) -> None:
        """See `gc.callbacks`."""
        self.number += phase == "stop" and info["generation"] == 2


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
    generator, collections = random.Random(1), Collections()
    TimedSlices.long = []
    seen = Seen([], [], timed(bandit), TimedSlices.long)
    gc.collect()
    gc.callbacks.append(collections)
    due = time.perf_counter()
    end, number = due + seconds, 0
    while due < end:
        number += 1
        due = max(due + EVERY / 1e3, time.perf_counter())
        before = collections.number  # one that makes this thread wake up late counts, too
        time.sleep(max(0.0, due - time.perf_counter()))
        calls[number % len(calls)]()
        wait = (time.perf_counter() - due) * 1e3
        (seen.waits if collections.number == before else seen.collected).append(wait)
        decision = bandit.decide(names[number % len(names)])
        if generator.random() < 0.2:
            bandit.reward(decision)
    gc.callbacks.remove(collections)
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


def together(found: list[Seen]) -> Seen:
    """Return what was seen in several turns as one."""
    return Seen(*([value for each in found for value in each[at]] for at in range(4)))


def compared(address: str, *, quick: bool) -> dict[str, Seen]:
    """Return what requests met with nothing to refresh, and while everything does."""
    found: dict[str, list[Seen]] = {"nothing": [], "all": []}
    for turn in range(1 if quick else 2):
        for name, refresh in (("nothing", "1h"), ("all", "1s")):
            store = address.format(f"{name}{turn}")
            size = Size(experiments=1_000, store=store, refresh=refresh)
            found[name].append(observed(size, 3.0 if quick else 10.0))
    return {name: together(each) for name, each in found.items()}


def row(store: str, name: str, seen: Seen) -> list[object]:
    """Return the row of a table."""
    quantiles = [seen.quantile(share) for share in (0.5, 0.99, 0.999, 1.0)]
    rounds = f"{max(seen.rounds):.2f}" if seen.rounds else "-"
    stretch = f"{max(seen.slices, default=0.0):.1f}" if seen.rounds else "-"
    full = f"{len(seen.collected)} ({max(seen.collected):.1f})" if seen.collected else "0"
    return [store, name, len(seen.waits), *quantiles, seen.long(), full, rounds, stretch]


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
            worst[store] = {name: max(seen.waits) for name, seen in found.items()}
            if found["all"].long() > found["nothing"].long():
                wrong.append(f"{store}: {found['all'].long()} requests waited over {LIMIT:g} ms")
    columns = ["store", "refreshed", "requests", "p50, ms", "p99, ms", "p99.9, ms", "max, ms"]
    columns += ["over 5 ms", "with a full collection (max, ms)", "longest refresh, s"]
    columns += ["longest between two turns, ms CPU"]
    print("### Growth: requests while 1,000 experiments refresh\n")
    print(
        f"{tables.machine()}. WSGI, 1,000 experiments of 5 arms, thompson, refresh 1 s; a request "
        "is due every millisecond and late by what passes until it is answered. With nothing to "
        "refresh, the machine's own pauses show. Requests in which the interpreter looked through "
        "all its objects (a full garbage collection) are apart. The last column holds also what "
        "SQLite and the sockets do without the interpreter's lock.\n"
    )
    print(tables.markdown(columns, rows))
    print()
    for each in wrong:
        print(f"- {each}")
    if not wrong:
        print("No request waits for over 5 ms that would not without a refresh.")
    if given.pictures:
        path = given.pictures / "pauses.svg"
        plotting.grouped(
            path, worst, title="Longest wait of a request, by what is refreshed", x="ms"
        )
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
