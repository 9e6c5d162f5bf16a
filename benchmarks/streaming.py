"""What banditware does to a streamed response: time to its first byte, throughput, and memory.

`PYTHONPATH=. python benchmarks/streaming.py [--quick]`.
"""

from __future__ import annotations

import contextlib
import statistics
import sys
import tempfile
from collections.abc import Iterator, Mapping
from concurrent.futures import Executor, ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple

from benchmarks import load_stream, tables
from benchmarks.load_apps import CHUNK
from benchmarks.load_pairs import ranged
from benchmarks.load_servers import KINDS, Kind, Running, serving
from benchmarks.load_stream import Streamed

APPS = ("bare", "wrapped")

#: What is requested, by what it is called: a route that chooses, whose visitor returns, and none.
PATHS = {"returning": "/", "unmatched": "/other"}

#: What is claimed: seconds, megabytes and the share of the throughput.
LATER, GROWN, LEAST = 100e-6, 1.0, 0.97


class Effort(NamedTuple):
    """How long to measure.

    Attributes:
        asked: how often for a first byte, of each server.
        chunks: how long a stream is.
        pairs: how many pairs of streams.
    """

    asked: int
    chunks: int
    pairs: int


class Result(NamedTuple):
    """A path under a kind of server, measured, bare and wrapped.

    Attributes:
        kind: the server.
        what: the path's name.
        firsts: seconds to the first byte, by app.
        growth: megabytes by which the peak of memory grew in the longest stream, by app.
        pairs: what both took for a stream, pair by pair.
    """

    kind: Kind
    what: str
    firsts: Mapping[str, list[float]]
    growth: Mapping[str, float]
    pairs: list[tuple[Streamed, Streamed]]

    @property
    def later(self) -> float:
        """Seconds by which the first byte comes later."""
        bare, wrapped = (statistics.median(self.firsts[app]) for app in APPS)
        return wrapped - bare

    @property
    def noise(self) -> float:
        """Seconds between the quartiles of the bare app's first bytes."""
        lower, _, upper = tables.spread(self.firsts["bare"])
        return upper - lower

    @property
    def left(self) -> list[float]:
        """Ratios of the throughput, wrapped to bare."""
        return [wrapped.rate / bare.rate for bare, wrapped in self.pairs]

    def misses(self) -> list[str]:
        """Return what of the claims does not hold."""
        where = f"{self.kind.name}, {self.what}"
        missed = []
        if self.later > max(LATER, self.noise):
            missed.append(f"{where}: the first byte comes {self.later * 1e6:.0f} µs later")
        more = self.growth["wrapped"] - self.growth["bare"]
        if more > GROWN:
            missed.append(f"{where}: memory grows by {more:.1f} MB more")
        left = statistics.median(self.left)
        if left < LEAST:
            missed.append(f"{where}: {left:.1%} of the throughput, not {LEAST:.0%}")
        return missed

    def cells(self) -> list[object]:
        """Return the row of the table."""
        firsts = [
            str(tables.spread([seconds * 1e6 for seconds in self.firsts[app]])) for app in APPS
        ]
        rate = statistics.median(bare.rate for bare, _ in self.pairs) / 1e6
        growth = [f"{self.growth[app]:.1f}" for app in APPS]
        head = [self.kind.name, self.what, *firsts, f"{self.later * 1e6:+.1f}"]
        costs = [wrapped.server / bare.server for bare, wrapped in self.pairs]
        return [*head, *growth, f"{rate:,.0f}", ranged(self.left), ranged(costs)]


COLUMNS = (
    "server", "request", "first byte bare, µs", "wrapped, µs", "later", "MB more, bare", "wrapped",
    "MB/s bare", "left", "processor time",
)  # fmt: skip


@contextlib.contextmanager
def both(kind: Kind, folder: Path) -> Iterator[Mapping[str, Running]]:
    """Run the stream under a kind of server, bare and wrapped."""
    folder.mkdir()
    with contextlib.ExitStack() as stack:
        yield {
            app: stack.enter_context(serving(kind, f"stream_{app}", folder / app)) for app in APPS
        }


def results(pool: Executor, folder: Path, effort: Effort) -> list[Result]:
    """Measure all paths under all kinds of servers."""
    found = []
    for kind in KINDS:
        with both(kind, folder / kind.name) as servers:
            cookie = load_stream.cookie(servers["wrapped"].port)
            for what, path in PATHS.items():
                print(f"{kind.name}: {what}", file=sys.stderr)
                asking = load_stream.Asking(path, cookie)
                firsts = load_stream.firsts(servers, asking, effort.asked)
                pairs, growth = load_stream.streams(
                    pool, servers, asking, (effort.pairs, effort.chunks)
                )
                found.append(Result(kind, what, firsts, growth, pairs))
    return found


NOTE = """\
The app yields its first part and waits until the client has read it, and says so. First bytes:
{asked:,} of each app, in turn, median (quartiles). Then the app sends {megabytes:,} MB in chunks of
64 kB: bare and wrapped at the same time, each with its client on a core of its own, and once more
with the cores swapped; {pairs} such pairs, median (least to greatest) of the throughput in the time
that the client leaves the server. Memory is by how much the peak of the server's processes grew
meanwhile.
"""


def main() -> int:
    """Print the table; return 1 if a claim does not hold."""
    options = tables.options(__doc__)
    whole = 2**30 // len(CHUNK)
    effort = Effort(200, whole // 10, 2) if options.quick else Effort(2_000, whole, 6)
    with tempfile.TemporaryDirectory() as name, ProcessPoolExecutor(2) as pool:
        found = results(pool, Path(name), effort)
    print("### Streamed responses\n")
    print(tables.machine(), end="\n\n")
    print(tables.markdown(COLUMNS, [result.cells() for result in found]), end="\n\n")
    megabytes = effort.chunks * len(CHUNK) // 2**20
    print(NOTE.format(asked=effort.asked, megabytes=megabytes, pairs=effort.pairs))
    missed = [line for result in found for line in result.misses()]
    for line in missed:
        print(f"- MISSED: {line}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
