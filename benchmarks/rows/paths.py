"""What a request pays, by what it asks for: the first four rows, on every way in."""

from __future__ import annotations

import tempfile
import time
from collections import ChainMap
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from banditware import Bandit
from benchmarks import plotting, tables
from benchmarks.apart import apart
from benchmarks.apps import config, plain_asgi, plain_wsgi
from benchmarks.least import LeastASGI, LeastWSGI
from benchmarks.rows import optional
from benchmarks.rows.finding import LEAST, Cost, Finding, compared
from benchmarks.sending import ROWS, Row, asgi_request, wsgi_request
from benchmarks.timing import CALLS, added, in_turn, requests
from benchmarks.ways import Way, flask_mab, ways

#: Ways in that the budgets are for. An app of Flask varies by more than the first of them.
JUDGED = ("WSGI", "ASGI")

#: What a wrapper has to do at least, by the way in; it makes no choice, so one row is enough.
FLOORS = {
    "WSGI": Way("WSGI", wsgi_request, plain_wsgi, LeastWSGI(plain_wsgi)),
    "ASGI": Way("ASGI", asgi_request, plain_asgi, LeastASGI(plain_asgi)),
}

FLOOR = "the least a wrapper does"

LATER = "flusher's thread"

#: Requests after which there is something to count.
COUNTED = ROWS[2:]

#: What every way in adds, by the name of the row and of the way.
Added = dict[str, dict[str, tables.Spread]]


def measured(rounds: int) -> tuple[Added, Mapping[str, str]]:
    """Return what each way in adds to each kind of request, and why a peer is missing."""
    peers, missing = optional.made({"Flask-MAB": lambda: apart(theirs, rounds)})
    every = [*(apart(ours, name, rounds) for name in ("WSGI", "ASGI", "Flask")), *peers.values()]
    found = {row.what: dict(ChainMap(*(way[row] for way in every))) for row in ROWS}
    for row, took in apart(flushed, rounds).items():
        found[row.what][LATER] = took
    return found, missing


def ours(name: str, rounds: int) -> dict[Row, dict[str, tables.Spread]]:
    """Return what one way in adds to each kind of request, and the floor to the first of them."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Bandit.from_config(config(Path(folder))) as bandit,
    ):
        way = {way.name: way for way in ways(bandit)}[name]
        floor = {f"{FLOOR}: {name}": FLOORS[name]} if name in FLOORS else {}
        return {
            row: timed({name: way, **(floor if row is ROWS[0] else {})}, row, rounds, bandit.flush)
            for row in ROWS
        }


def theirs(rounds: int) -> dict[Row, dict[str, tables.Spread]]:
    """Return the same of Flask-MAB.

    Raises:
        ImportError: it is not installed.
    """
    with tempfile.TemporaryDirectory() as folder:
        way = flask_mab(Path(folder))
        return {row: timed({way.name: way}, row, rounds) for row in ROWS}


def flushed(rounds: int) -> dict[Row, tables.Spread]:
    """Return what the flusher takes later, for each request that leaves it something to do."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Bandit.from_config({**config(Path(folder)), "refresh": "1h"}) as bandit,
    ):
        way = ways(bandit)[0]
        return {row: tables.spread([*_flushed(bandit, way, row, rounds)]) for row in COUNTED}


def _flushed(bandit: Bandit, way: Way, row: Row, rounds: int) -> Iterator[float]:
    """Yield the microseconds of processor time of each round."""
    request = requests(way.make, way.bare, way.wrapped, row)[1]
    for _ in range(rounds):
        bandit.flush()
        for _ in range(CALLS):
            request()
        start = time.thread_time()
        bandit.flush()
        yield (time.thread_time() - start) / CALLS * 1e6


def timed(
    every: Mapping[str, Way], row: Row, rounds: int, settle: Callable[[], object] | None = None
) -> dict[str, tables.Spread]:
    """Return what each way in adds to a kind of request; all of them take turns.

    `settle` does before each round what the flusher's thread has not got to.
    """
    calls: dict[tuple[str, bool], Callable[[], Any]] = {}
    for name, way in every.items():
        pair = requests(way.make, way.bare, way.wrapped, row)
        calls[name, False], calls[name, True] = pair
    samples = in_turn(calls, rounds, settle=settle)
    return {name: added(samples[name, False], samples[name, True]) for name in every}


def findings(found: Added, missing: Mapping[str, str]) -> list[Finding]:
    """Return the rows."""
    lines: list[Finding] = []
    for row in ROWS:
        each = found[row.what]
        for way in ("WSGI", "ASGI", "Flask"):
            budget = row.budget if way in JUDGED else None
            peers: list[tuple[str, tables.Spread | str]] = [
                ("Flask-MAB", each.get("Flask-MAB") or missing["Flask-MAB"])
            ]
            if f"{FLOOR}: {way}" in each:
                peers.append((FLOOR, each[f"{FLOOR}: {way}"]))
            lines += compared(Cost(f"{row.what}, added", way, each[way], budget), peers)
        if LATER in each:
            lines += compared(Cost(f"{row.what}: its counting, later", LATER, each[LATER]))
    return lines


def picture(found: Added, folder: Path) -> None:
    """Draw what each way in adds, by path."""
    groups = {
        row.what: {
            way if way == "Flask-MAB" else f"banditware, {way}": max(took.median, LEAST)
            for way, took in found[row.what].items()
            if way in ("WSGI", "ASGI", "Flask-MAB")
        }
        for row in ROWS
    }
    title = "What is added to a request"
    x = "microseconds, the median; logarithmic"
    plotting.grouped(folder / "overhead-by-path.svg", groups, title=title, x=x, log=True)
