"""What banditware adds to a request inside a real server, beside what a hot loop says.

A loop that does nothing else finds code and data where it left them, in the processor's caches;
between two requests of a server there is the server, and the kernel. So the wrapper is timed where
it works: under gunicorn and under uvicorn, by a shim around it, with what the same shim takes
around the bare app subtracted. `PYTHONPATH=. python benchmarks/inside.py [--quick]`.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple

from banditware import Bandit
from benchmarks import tables
from benchmarks.apps import config
from benchmarks.inside_apps import BARE, END, TOLD
from benchmarks.load_apps import BODY
from benchmarks.load_client import Load, asked, cookies, drive, request
from benchmarks.load_servers import KINDS, Kind, Running, pin, serving
from benchmarks.sending import ROWS
from benchmarks.timing import overhead
from benchmarks.ways import ways

#: Requests before a server at once.
WIDTH = 16

#: The ways in of the hot loop, by the kind of server.
LOOPS = {"gunicorn": "WSGI", "uvicorn": "ASGI"}


class Told(NamedTuple):
    """What one round of requests took, in microseconds of each.

    Attributes:
        lower: the first quartile in the wrapper, the app in it, and the shim around both.
        median: the same.
        upper: the third quartile.
        mean: the same, which knows of garbage collections, too.
        collecting: the mean of garbage collections, wherever in the server they fell.
    """

    lower: float
    median: float
    upper: float
    mean: float
    collecting: float


class Effort(NamedTuple):
    """How long to measure: rounds in turn, seconds of each, and rounds of the hot loop."""

    rounds: int
    seconds: float
    loops: int


class Result(NamedTuple):
    """What a kind of request costs under a kind of server.

    Attributes:
        kind: the server's name.
        what: the request's.
        wrapped: the wrapper's rounds.
        bare: those of the bare app in between.
        loop: microseconds by the hot loop.
    """

    kind: str
    what: str
    wrapped: Sequence[Told]
    bare: Sequence[Told]
    loop: float

    def added(self, at: int) -> float:
        """Return what wrapping adds to one of the figures: the median over rounds."""
        both = zip(self.wrapped, self.bare, strict=True)
        return statistics.median(ours[at] - theirs[at] for ours, theirs in both)

    def cells(self) -> list[object]:
        """Return the row of the table."""
        shim = statistics.median(told.median for told in self.bare)
        lower, upper = (
            statistics.median(told[at] - shim for told in self.wrapped) for at in (0, 2)
        )
        figures = [f"{self.added(at):.1f}" for at in (1, 3, 4)]
        spread = f"{figures[0]} ({lower:.1f} to {upper:.1f})"
        ratio = self.added(1) / self.loop
        return [
            self.kind, self.what, spread, f"{self.loop:.1f}", f"{ratio:.1f}", *figures[1:],
            f"{shim:.1f}",
        ]  # fmt: skip


def told(pool: Executor, server: Running, sent: bytes, seconds: float) -> Told:
    """Send requests for a while, and return what they took."""
    core = min(os.sched_getaffinity(0))
    pin(server.processes, {core})
    load = Load(
        server.port, [sent], BODY, server.keeps, WIDTH, core, time.monotonic() + 0.02, seconds
    )
    pool.submit(drive, load).result()
    answered = asked(server.port, request(TOLD), END).partition(b"\r\n\r\n")[2]
    return Told(**json.loads(answered))


def measured(
    pool: Executor, kind: Kind, folder: Path, effort: Effort
) -> dict[str, tuple[list[Told], list[Told]]]:
    """Return what each kind of request took under a server, wrapped and bare in turn."""
    with serving(kind, "inside", folder / kind.name) as server:
        jar = cookies(asked(server.port, request("/"), BODY))
        found: dict[str, tuple[list[Told], list[Told]]] = {row.what: ([], []) for row in ROWS}
        for number in range(effort.rounds + 1):
            for row in ROWS:
                cookie = jar if row.returning else ""
                for at, path in enumerate((row.path, BARE + row.path)):
                    each = told(pool, server, request(path, cookie), effort.seconds)
                    if number:  # the first round is to warm up
                        found[row.what][at].append(each)
    return found


def loops(rounds: int, folder: Path) -> Mapping[tuple[str, str], float]:
    """Return what the hot loop says, in microseconds, by the server's name and the request's."""
    folder.mkdir()
    found: dict[tuple[str, str], float] = {}
    with Bandit.from_config(config(folder)) as bandit:
        every = {way.name: way for way in ways(bandit)}
        for kind, name in LOOPS.items():
            for row in ROWS:
                found[kind, row.what] = overhead(every[name], row, rounds, bandit.flush)[0]
    return found


def results(pool: Executor, folder: Path, effort: Effort) -> list[Result]:
    """Measure everything."""
    hot = loops(effort.loops, folder / "loop")
    found = []
    for kind in KINDS:
        print(f"{kind.name} ...", file=sys.stderr)
        for what, both in measured(pool, kind, folder, effort).items():
            found.append(Result(kind.name, what, *both, hot[kind.name, what]))
    return found


COLUMNS = (
    "server", "request", "inside, µs", "hot loop, µs", "ratio", "mean inside, µs",
    "collections, µs", "shim and app, µs",
)  # fmt: skip

NOTE = f"""\
*Inside* is from the call of the wrapper to its return, without the server's own `start_response` or
`send` in it, and without what the same shim takes around the bare app (last column): the median,
and the quartiles. {{rounds}} rounds of {{seconds:.1f}} s each, wrapped and bare in turn in the same
process, {WIDTH} requests before it at once, the generator on the same core. The mean has garbage
collections and the other threads in it, which the median has not. Collections are those anywhere in
the server, by request, wrapped less bare: objects of requests that wait for each other are alive
together, and one more makes the interpreter look through them earlier.
"""


def main() -> None:
    """Print the table."""
    options = tables.options(__doc__)
    effort = Effort(2, 0.1, 2) if options.quick else Effort(8, 0.12, 6)
    with tempfile.TemporaryDirectory() as name, ProcessPoolExecutor(1) as pool:
        found = results(pool, Path(name), effort)
    print("### What a request costs inside a server\n")
    print(tables.machine(), end="\n\n")
    print(tables.markdown(COLUMNS, [result.cells() for result in found]), end="\n\n")
    print(NOTE.format(rounds=effort.rounds, seconds=effort.seconds))


if __name__ == "__main__":
    main()
