"""The failure matrix: for each failure what was recorded, stored, lost and doubled.

`python tests/chaos/matrix.py` takes minutes; `--short` takes one server and some seconds; `--row`
takes the rows whose name has these words. Exit code 1 if anything was lost or doubled.
"""

from __future__ import annotations

import argparse
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

from tests import redis_servers
from tests.chaos import faults
from tests.chaos.crew import Crew, Result, audit
from tests.chaos.stages import Stage, staged
from tests.proxy import Fault

_EVERYWHERE = ("sqlite", "server", "cluster", "sentinel")
_AOF = ("--appendonly", "yes", "--appendfsync", "everysec")


class Row(NamedTuple):
    """A failure.

    Attributes:
        name: what happens.
        fault: makes it happen.
        kinds: which kinds of stores it can happen to.
        short: whether it belongs to the short form.
        arguments: more arguments for a server.
        fork: whether workers fork when they have begun.
    """

    name: str
    fault: Callable[[Stage], None]
    kinds: tuple[str, ...] = ("server",)
    short: bool = False
    arguments: tuple[str, ...] = ()
    fork: bool = False


ROWS = (
    Row("worker SIGKILL", faults.kill_workers, _EVERYWHERE, short=True),
    Row("worker SIGTERM during a flush", faults.terminate_workers, _EVERYWHERE),
    Row("fork after start", faults.nothing, _EVERYWHERE, fork=True),
    Row("clock set ahead and back", faults.step_clock, ("sqlite", "server")),
    Row("spool disk full", faults.fill_spool_disk, ("sqlite", "server")),
    Row("database disk full", faults.fill_database_disk, ("sqlite",)),
    Row("server kill -9, append-only file", faults.restart, arguments=_AOF),
    Row("server kill -9, no persistence", faults.restart, short=True),
    Row("server out of memory", faults.fill_memory),
    Row("server becomes a replica", faults.become_replica),
    Row("server stopped for 2 s", faults.freeze),
    Row("SCRIPT FLUSH", faults.flush_scripts),
    Row("DEL of the counts", faults.delete),
    Row("FLUSHALL", faults.flush_all, short=True),
    Row("FLUSHALL, all workers new", faults.wipe_after_replacing),
    Row("FLUSHALL, all spools gone", faults.wipe_after_long),
    Row("eviction of any key", faults.evict),
    Row("200 ms latency for 2 s", faults.slow_wire),
    Row("black hole for 2 s", partial(faults.bad_wire, Fault.BLACKHOLE)),
    Row("connections refused for 2 s", faults.refuse),
    Row("every fourth request or answer lost", faults.lossy_wire, short=True),
    Row("failover to a replica that lags", faults.fail_over, ("sentinel",), short=True),
    Row("slots move, then their owner is killed", faults.migrate, ("cluster",), short=True),
)


def play(crew: Crew, row: Row, kind: str, program: str) -> Result:
    """Let a failure happen to workers on a store; return what became of their records."""
    with staged(crew, kind, program, row.arguments) as stage:
        crew.start(stage.url, stage.folder, fork=row.fork)
        try:
            crew.more(faults.STEP)
            row.fault(stage)
            crew.more(faults.STEP)
            crew.finish()
        except BaseException:
            crew.abandon()
            raise
        return audit(crew.board, stage.url, stage.folder)


def _casts(rows: Sequence[Row], *, short: bool) -> Iterator[tuple[Row, str, str]]:
    for row in rows:
        # The short form goes where it is most likely to hurt: to the last kind of each row.
        for kind in row.kinds[:1] if short else row.kinds:
            programs = redis_servers.NAMES[: 1 if short else None] if kind != "sqlite" else ("",)
            yield from ((row, kind, program) for program in programs)


def main(arguments: Sequence[str]) -> int:
    """Print the matrix; return the exit code."""
    parser = argparse.ArgumentParser(description="What is lost and doubled under which failure.")
    parser.add_argument("--short", action="store_true", help="some seconds instead of minutes")
    parser.add_argument("--row", default="", help="only the rows with these words")
    options = parser.parse_args(arguments)
    rows = [row for row in ROWS if options.row in row.name and (row.short or not options.short)]
    crew = Crew()
    good = True
    _say("failure", "store", "recorded", "stored", "lost", "doubled", "seconds")
    try:
        for row, kind, program in _casts(rows, short=options.short):
            good &= _tell(crew, row, kind, program)
    finally:
        crew.close()
    return 0 if good else 1


def _tell(crew: Crew, row: Row, kind: str, program: str) -> bool:
    """Print what came of a row; return True if nothing was lost or doubled."""
    began = time.monotonic()
    store = f"{kind} {program}" if kind != "server" else program
    try:
        result = play(crew, row, kind, program)
    except Exception:  # noqa: BLE001 - the other rows are worth knowing too
        _say(row.name, store, *"????", f"{time.monotonic() - began:.1f}")
        traceback.print_exc(file=sys.stdout)
        return False
    _say(row.name, store, *result, f"{time.monotonic() - began:.1f}")
    return not (result.lost or result.doubled)


def _say(*cells: object) -> None:
    widths = (40, 18, 10, 10, 6, 8, 8)
    name, store, *numbers = (str(cell) for cell in cells)
    line = [name.ljust(widths[0]), store.ljust(widths[1])]
    line += [number.rjust(width) for number, width in zip(numbers, widths[2:], strict=True)]
    sys.stdout.write(" ".join(line) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(2))
    sys.exit(main(sys.argv[1:]))
