"""What banditware does to a streamed response: time to its first byte, throughput, and memory.

`PYTHONPATH=. python benchmarks/streaming.py [--quick]`.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from collections.abc import Mapping
from concurrent.futures import Executor, ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple

from benchmarks import load_stream, tables
from benchmarks.load_apps import CHUNK
from benchmarks.load_pairs import middle, ranged
from benchmarks.load_servers import KINDS, Kind, Running, serving_all
from benchmarks.load_stream import Asking, Shape, Streamed

#: The apps that are served, by what they are called here.
APPS = {"bare": "stream_bare", "twin": "stream_bare", "wrapped": "stream_wrapped"}

#: What is claimed: seconds, megabytes and the share of the throughput.
LATER, GROWN, LEAST = 100e-6, 1.0, 0.97


class Row(NamedTuple):
    """What is compared with the bare app.

    Attributes:
        what: the row's name.
        path: what is requested; the visitor returns.
        ours: which app.
    """

    what: str
    path: str
    ours: str


ROWS = (
    Row("the same twice", "/other", "twin"),
    Row("returning", "/", "wrapped"),
    Row("unmatched", "/other", "wrapped"),
)


class Effort(NamedTuple):
    """How long to measure.

    Attributes:
        asked: how often for a first byte, of each server.
        chunks: how long the stream is whose memory is looked at.
        pairs: how many pairs, each with processes of its own.
        shape: how the throughput of a pair is compared.
    """

    asked: int
    chunks: int
    pairs: int
    shape: Shape


class Result(NamedTuple):
    """A row under a kind of server, measured.

    Attributes:
        kind: the server.
        row: what was compared.
        firsts: seconds to the first byte, of the bare app and of ours.
        growth: megabytes by which the peak of memory grew in the longest stream, of both.
        pairs: what both took for streams: pair by pair, swap by swap.
    """

    kind: Kind
    row: Row
    firsts: tuple[list[float], list[float]]
    growth: tuple[float, float]
    pairs: list[list[tuple[Streamed, Streamed]]]

    @property
    def later(self) -> float:
        """Seconds by which the first byte comes later."""
        bare, ours = map(statistics.median, self.firsts)
        return ours - bare

    @property
    def noise(self) -> float:
        """Seconds between the quartiles of the bare app's first bytes."""
        lower, _, upper = tables.spread(self.firsts[0])
        return upper - lower

    @property
    def left(self) -> list[float]:
        """Ratios of the throughput, ours to bare, pair by pair."""
        return [middle(pair, lambda streamed: streamed.rate) for pair in self.pairs]

    def misses(self) -> list[str]:
        """Return what of the claims does not hold."""
        if self.row.ours != "wrapped":
            return []
        where = f"{self.kind.name}, {self.row.what}"
        missed = []
        if self.later > max(LATER, self.noise):
            missed.append(f"{where}: the first byte comes {self.later * 1e6:.0f} µs later")
        more = self.growth[1] - self.growth[0]
        if more > GROWN:
            missed.append(f"{where}: memory grows by {more:.1f} MB more")
        left = statistics.median(self.left)
        if left < LEAST:
            missed.append(f"{where}: {left:.1%} of the throughput, not {LEAST:.0%}")
        return missed

    def cells(self) -> list[object]:
        """Return the row of the table."""
        firsts = [str(tables.spread([each * 1e6 for each in seconds])) for seconds in self.firsts]
        rate = statistics.median(bare.rate for pair in self.pairs for bare, _ in pair) / 1e6
        alone = [middle(pair, lambda streamed: streamed.alone) for pair in self.pairs]
        costs = [middle(pair, lambda streamed: streamed.server) for pair in self.pairs]
        return [
            self.kind.name,
            self.row.what,
            *firsts,
            f"{self.later * 1e6:+.1f}",
            *(f"{megabytes:.1f}" for megabytes in self.growth),
            f"{rate:,.0f}",
            *map(ranged, (self.left, alone, costs)),
        ]


COLUMNS = (
    "server", "request", "first byte bare, µs", "this one, µs", "later", "MB more, bare",
    "this one", "MB/s bare", "throughput left", "left in the server's own time", "processor time",
)  # fmt: skip


def begun(
    pool: Executor, kind: Kind, row: Row, servers: Mapping[str, Running], effort: Effort
) -> Result:
    """Measure what needs no pairs: first bytes, and memory."""
    asking = Asking(row.path, load_stream.cookie(servers["wrapped"].port))
    both = {app: servers[app] for app in ("bare", row.ours)}
    bare, ours = load_stream.firsts(both, asking, effort.asked).values()
    growth = load_stream.growth(pool, [*both.values()], asking, effort.chunks)
    return Result(kind, row, (bare, ours), growth, [])


def results(pool: Executor, folder: Path, effort: Effort) -> list[Result]:
    """Measure all rows under all kinds of servers."""
    found: dict[tuple[str, str], Result] = {}
    for kind in KINDS:
        for number in range(effort.pairs):
            print(f"{kind.name}: pair {number + 1} of {effort.pairs}", file=sys.stderr)
            with serving_all(kind, APPS, folder / f"{kind.name}{number}", seed=number) as servers:
                cookie = load_stream.cookie(servers["wrapped"].port)
                for row in ROWS:
                    key = kind.name, row.what
                    if key not in found:
                        found[key] = begun(pool, kind, row, servers, effort)
                    rivals = servers["bare"], servers[row.ours]
                    swaps = load_stream.swaps(pool, rivals, Asking(row.path, cookie), effort.shape)
                    found[key].pairs.append(swaps)
    return [*found.values()]


NOTE = """\
The app yields its first part and waits until the client has read it, and says so. First bytes:
{asked:,} of each app, in turn, median (quartiles). Then the app sends {megabytes:,} MB in chunks of
64 kB, during which the peak of the servers' memory grows by what is shown. Throughput is of streams
of {short:,} MB, of both at the same time, each with its client on a core of its own, and once more
with the cores swapped: a pair is the median of {swaps} such swaps; {pairs} pairs, each of new
processes, median (least to greatest). It is what the client sees, and beside it, more strictly,
that in the time which the client leaves the server. *The same twice* is the bare app beside the
bare app: what comes of chance.
"""

LONG = 2**30 // len(CHUNK)
QUICK = Effort(200, LONG // 10, 1, Shape(2, LONG // 32))
WHOLE = Effort(1_000, LONG, 5, Shape(8, LONG // 16))


def main() -> int:
    """Print the table; return 1 if a claim does not hold."""
    options = tables.options(__doc__)
    effort = QUICK if options.quick else WHOLE
    with tempfile.TemporaryDirectory() as name, ProcessPoolExecutor(2) as pool:
        found = results(pool, Path(name), effort)
    print("### Streamed responses\n")
    print(tables.machine(), end="\n\n")
    print(tables.markdown(COLUMNS, [result.cells() for result in found]), end="\n\n")
    megabytes, short = (n * len(CHUNK) // 2**20 for n in (effort.chunks, effort.shape.chunks))
    swaps = effort.shape.swaps
    print(
        NOTE.format(
            asked=effort.asked, megabytes=megabytes, short=short, swaps=swaps, pairs=effort.pairs
        )
    )
    missed = [line for result in found for line in result.misses()]
    for line in missed:
        print(f"- MISSED: {line}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
