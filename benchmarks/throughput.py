"""What banditware leaves of a server's throughput: hello-world under gunicorn and under uvicorn.

`PYTHONPATH=. python benchmarks/throughput.py [--quick] [--pictures FOLDER]`.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Mapping
from concurrent.futures import Executor, ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple

from benchmarks import load_workers, tables
from benchmarks.load_apps import BODY
from benchmarks.load_client import asked, cookies, request
from benchmarks.load_pairs import Comparison, Rival, Shape, Swap, compared, pair, ranged
from benchmarks.load_servers import KINDS, Kind, Running, serving_all

#: How many visitors come back in turn.
VISITORS = 100

#: Requests before a server at once: enough that it never waits, and one.
BUSY, CALM = 16, 1

#: Seconds after the first request, in which a worker opens its store: that happens once.
SETTLED = 1.5

#: The apps that are served, by what they are called here.
NAMES = ("bare", "twin", "floor", "cookie", "wrapped")
APPS = {name: "bare" if name == "twin" else name for name in NAMES}

#: How much p99 may grow, as a ratio.
P99 = 1.05


class Row(NamedTuple):
    """A claim: what is compared, with what, and how much of its throughput has to be left.

    Attributes:
        what: the row's name.
        path: what is requested.
        returning: whether the visitor brings a cookie.
        ours: which app is measured.
        reference: which app it is compared with.
        least: the ratio of throughputs that is claimed; nothing for a row that only informs.
    """

    what: str
    path: str
    returning: bool
    ours: str
    reference: str
    least: float | None


ROWS = (
    Row("the same twice", "/", returning=False, ours="twin", reference="bare", least=None),
    Row("the floor itself", "/", returning=False, ours="floor", reference="bare", least=None),
    Row("a cookie alone", "/", returning=False, ours="cookie", reference="floor", least=None),
    Row("unmatched", "/other", returning=True, ours="wrapped", reference="bare", least=0.97),
    Row("returning", "/", returning=True, ours="wrapped", reference="floor", least=0.95),
    Row("new visitor", "/", returning=False, ours="wrapped", reference="floor", least=0.88),
)


class Effort(NamedTuple):
    """How long to measure.

    Attributes:
        pairs: how many, each with processes of its own.
        busy: how servers are driven to their limit.
        calm: how they are asked for one thing at a time. Turns are longer, since a percentile
            needs many answers.
    """

    pairs: int
    busy: Shape
    calm: Shape


class Result(NamedTuple):
    """A row under a kind of server, measured."""

    kind: Kind
    row: Row
    busy: list[list[Swap]]
    calm: list[list[Swap]]

    @property
    def comparison(self) -> Comparison:
        """What it comes to."""
        return compared(self.busy, self.calm)

    @property
    def added(self) -> float:
        """Microseconds of processor time that an answer takes more."""
        every = (swap for pair in self.busy for swap in pair)
        return statistics.median(swap.ours.cost - swap.reference.cost for swap in every)

    def misses(self) -> list[str]:
        """Return what of the claim does not hold."""
        row, found = self.row, self.comparison
        if row.least is None:
            return []
        rate, p99 = statistics.median(found.rates), statistics.median(found.p99s)
        where = f"{self.kind.name}, {row.what}"
        missed = []
        if rate < row.least:
            missed.append(f"{where}: {rate:.1%} of the throughput, not {row.least:.0%}")
        if p99 > P99:
            missed.append(f"{where}: p99 is {p99 - 1:.1%} up, not {P99 - 1:.0%}")
        return missed

    def cells(self) -> list[object]:
        """Return the row of the table."""
        found, row = self.comparison, self.row
        rates = [swap.reference.rate for pair in self.busy for swap in pair]
        return [
            self.kind.name,
            row.what,
            row.reference,
            f"{statistics.median(rates):,.0f}",
            ranged(found.rates),
            "" if row.least is None else f"≥ {row.least:.0%}".replace("%", " %"),
            ranged(found.alone),
            ranged(found.costs),
            f"{self.added:+.1f}",
            ranged(found.p99s),
        ]


COLUMNS = (
    "server", "request", "compared with", "its answers/s", "throughput left", "claim",
    "left in the server's own time", "processor time", "µs", "p99",
)  # fmt: skip


def requests(row: Row, server: Running) -> list[bytes]:
    """Return what the visitors of a row send, all of them once.

    Args:
        row: the row.
        server: the wrapped one, which gives cookies to those who come back.
    """
    if not row.returning:
        return [request(row.path)]
    first = request("/")
    given = (cookies(asked(server.port, first, BODY)) for _ in range(VISITORS))
    return [request(row.path, cookie) for cookie in given]


def measured(
    pool: Executor, servers: Mapping[str, Running], row: Row, effort: Effort
) -> tuple[list[Swap], list[Swap]]:
    """Return a pair of a row: driven to the limit, and one request at a time."""
    sent = requests(row, servers["wrapped"])
    rivals = [Rival(servers[app], sent, BODY) for app in (row.reference, row.ours)]
    pair(pool, rivals, effort.busy._replace(swaps=1))  # to warm them up
    return pair(pool, rivals, effort.busy), pair(pool, rivals, effort.calm)


def results(pool: Executor, folder: Path, effort: Effort) -> list[Result]:
    """Measure all rows under all kinds of servers, each pair with servers of its own.

    Processes of a pair have the same addresses and hashes, as far as what they load is the same;
    those of the next pair have other hashes.
    """
    found = [Result(kind, row, [], []) for kind in KINDS for row in ROWS]
    for number in range(effort.pairs):
        for kind in KINDS:
            print(f"{kind.name}: pair {number + 1} of {effort.pairs}", file=sys.stderr)
            with serving_all(kind, APPS, folder / f"{kind.name}{number}", seed=number) as servers:
                for server in servers.values():
                    asked(server.port, request("/"), BODY)
                time.sleep(SETTLED)
                for result in found:
                    if result.kind is kind:
                        busy, calm = measured(pool, servers, result.row, effort)
                        result.busy.append(busy)
                        result.calm.append(calm)
    return found


NOTE = f"""\
Both servers of a pair (one worker each) are driven at the same time, each with its load generator
on a core of its own, for {{busy:.0f}} ms, and again with the cores swapped. A pair is the median of
{{swaps}} such swaps, so that a core which changes its speed meanwhile decides nothing; {{pairs}}
pairs, each of new processes, which have the same addresses and hashes, a moment after their first
request; medians (least to greatest).
*The same twice* is the bare app beside the bare app: what comes of chance.

Throughput is in answers a second, as the generator sees them, with {BUSY} requests before the
server at once; this is what is claimed. The generator works on the server's core, which hides a
part of what the server takes more: so beside it stands what is left if only the time counts that
the generator did not take, as if it ran on another machine. p99 is measured one request at a time,
because under a full load the latency only says once more what the throughput says. Processor time
is that of the server for an answer, its flushing thread included: the ratio, and the difference.
gunicorn's sync worker gets a connection for every request; {VISITORS} visitors come back in turn.
The floor only copies the headers and adds two; *a cookie alone* is the same with a cookie as long
as ours, the same for everybody: what a server takes for sending it.
"""

QUICK = Effort(1, Shape(BUSY, 2, 0.03), Shape(CALM, 2, 0.03))
WHOLE = Effort(5, Shape(BUSY, 8, 0.07), Shape(CALM, 5, 0.12))


def main() -> int:
    """Print the tables; return 1 if a claim does not hold."""
    options = tables.options(__doc__)
    effort = QUICK if options.quick else WHOLE
    with tempfile.TemporaryDirectory() as name, ProcessPoolExecutor(2) as pool:
        found = results(pool, Path(name), effort)
        print("### Throughput of real servers\n")
        print(tables.machine(), end="\n\n")
        print(tables.markdown(COLUMNS, [result.cells() for result in found]), end="\n\n")
        busy = effort.busy
        print(NOTE.format(pairs=effort.pairs, swaps=busy.swaps, busy=busy.seconds * 1e3))
        load_workers.main(pool, Path(name), options)
    missed = [line for result in found for line in result.misses()]
    for line in missed:
        print(f"- MISSED: {line}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
