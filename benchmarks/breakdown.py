"""Where the time of each hot path goes, stage by stage, in one run.

Every stage is the product's own code, called as the middleware calls it; its time is what the path
up to its end takes longer than the path up to the end of the stage before, all timed in turn. What
is left of the whole request is the wrapper itself: its call, the function that it hands to the app,
and the context. `PYTHONPATH=. python benchmarks/breakdown.py`.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
from collections.abc import Callable, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from banditware import Bandit, Visit, wrap
from banditware.asgi import UnreadScope
from banditware.bots import is_bot
from banditware.deciding import drawn
from banditware.environ_facts import EnvironFacts
from banditware.http import ASGI_HEADERS, SERVED_AGAIN, WSGI_HEADERS
from banditware.ids import new_subject
from banditware.merging import Merging
from banditware.scope_facts import ScopeFacts
from banditware.wsgi import UnreadEnviron
from benchmarks import tables
from benchmarks.apps import config, plain_asgi, plain_wsgi
from benchmarks.sending import BROWSER, ROWS, Row, asgi_request, wsgi_request
from benchmarks.timing import in_turn, requests

#: What is timed after each other. The last one is what is left of the whole request.
STAGES = (
    "a copy of what the server says of the request",
    "its routes",
    "the visit",
    "who asks, and the decisions",
    "what follows from the response",
    "its headers",
    "keeping the records",
    "the wrapper: call, closure, context",
)


class Way(NamedTuple):
    """How an interface is spoken.

    Attributes:
        name: what it is called.
        make: makes a request of an app, a path and a cookie.
        app: the bare app.
        facts: what is known of a request, from what the server says of it.
        unread: the visit of a request of which nothing is read.
        path: the key under which the server says the path.
        merging: merges effects into headers.
        headers: those of the app.
    """

    name: str
    make: Callable[[Any, str, str], Any]
    app: Any
    facts: Any
    unread: Any
    path: str
    merging: Any
    headers: list[Any]


WAYS = (
    Way(
        "WSGI", wsgi_request, plain_wsgi, EnvironFacts, UnreadEnviron, "PATH_INFO",
        Merging(WSGI_HEADERS, print), [("Content-Type", "text/html"), ("Content-Length", "5")],
    ),
    Way(
        "ASGI", asgi_request, plain_asgi, ScopeFacts, UnreadScope, "path",
        Merging(ASGI_HEADERS, print), [(b"content-type", b"text/html"), (b"content-length", b"5")],
    ),
)  # fmt: skip


def said(way: Way, path: str, cookie: str) -> dict[str, Any]:
    """Return what a server says of a request: what an app is called with first."""
    seen: list[dict[str, Any]] = []

    def app(first: dict[str, Any], *_: Any) -> Any:
        seen.append(first)
        return way.app(first, *_)

    way.make(app, path, cookie)[0]()
    return seen[0]


def up_to(last: int, way: Way, bandit: Bandit, request: dict[str, Any]) -> Callable[[], object]:
    """Return a function that does what a request asks for, up to the end of a stage."""
    ground, headers = bandit._ground, way.headers  # noqa: SLF001  # looks inside

    def call() -> None:
        facts = way.facts(request)
        if last > 0:
            matches = ground.router.known.get(facts.key())
        if last > 1:
            visit = ground.visit(ground, facts, matches)
        if last > 2:
            visit.choose()
            ending(visit)

    def ending(visit: Visit) -> None:
        effects = SERVED_AGAIN
        if last > 3 and visit._unsettled:  # noqa: SLF001  # as the middleware does
            effects = bandit.finish(visit, 200, headers)
        if last > 4:
            way.merging(headers, effects, visit)
        if last > 5 and visit.due:
            bandit.complete(visit)

    return call


def unread_up_to(
    last: int, way: Way, bandit: Bandit, request: dict[str, Any]
) -> Callable[[], object]:
    """Return the same for a path where no route is, which has fewer stages."""
    ground = bandit._ground  # noqa: SLF001  # looks inside

    def call() -> None:
        copied = {**request}
        if last > 0 and request[way.path] in ground.barren and last > 1:
            visit = way.unread()
            visit._ground, visit.said = ground, copied  # noqa: SLF001  # as the middleware does
            visit.started = visit.touched = False

    return call


def stages(way: Way, bandit: Bandit, row: Row, rounds: int) -> list[float]:
    """Return microseconds of each stage, and of the whole at the end."""
    wrapped = wrap(way.app, bandit)
    bare, whole = requests(way.make, way.app, wrapped, row)
    cookie = ""
    if row.returning:
        first, cookies = way.make(wrapped, "/", "")
        first()
        cookie = "; ".join(value.split(";")[0] for value in cookies)
    request = said(way, row.path, cookie)
    whole()  # which finds out whether there is a route
    done = unread_up_to if request[way.path] in bandit._ground.barren else up_to  # noqa: SLF001
    calls: dict[int | str, Callable[[], object]] = {
        last: done(last, way, bandit, request) for last in range(len(STAGES) - 1)
    }
    found = in_turn({"nothing": int, "bare": bare, "whole": whole, **calls}, rounds)
    middle = {name: statistics.median(samples) for name, samples in found.items()}
    ends = [middle["nothing"], *(middle[last] for last in range(len(STAGES) - 1))]
    parts = [late - early for early, late in pairwise(ends)]
    total = middle["whole"] - middle["bare"]
    return [*parts, total - sum(parts), total]


def parts(bandit: Bandit, folder: Path, rounds: int) -> Mapping[str, float]:
    """Return microseconds of what stages are made of and everybody knows by name."""
    ground = bandit._ground  # noqa: SLF001  # looks inside
    snapshot = ground.snapshot.experiments["txt_btn"]
    text = "1!" + "x" * 150
    file = os.open(folder / "written", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    record = b"x" * 180
    draw = ground.random
    every: dict[str, Callable[[], object]] = {
        "one draw of an arm, with its id": lambda: drawn(snapshot, draw, now=1.0, seal=ground.seal),
        "the id of a new subject": lambda: new_subject(draw),
        "is it a bot: a look into a cache": lambda: is_bot(BROWSER),
        "one signature of 152 characters (HMAC-SHA-256)": lambda: ground.tokens._cookies.sign(text),  # noqa: SLF001
        "one write of 180 bytes to a file": lambda: os.write(file, record),
    }
    found = in_turn(every, rounds)
    os.close(file)
    return {name: statistics.median(samples) for name, samples in found.items()}


def main() -> None:
    """Print the tables."""
    rounds = 3 if tables.options(__doc__).quick else 24
    print(f"### Where the time of each path goes\n\n{tables.machine()}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        # Nothing is to be carried to the store while it is timed.
        with Bandit.from_config({**config(folder), "refresh": "1h"}) as bandit:
            for way in WAYS:
                print(f"{way.name} ...", file=sys.stderr)
                columns = [stages(way, bandit, row, rounds) for row in ROWS]
                lines = zip((*STAGES, "**all of it**"), *columns, strict=True)
                shown = [(what, *(f"{each:.2f}" for each in figures)) for what, *figures in lines]
                print(f"\n{way.name}, microseconds:\n")
                print(tables.markdown(["stage", *(row.what for row in ROWS)], shown))
            found = parts(bandit, folder, rounds)
    print("\nWhat is in them:\n")
    print(tables.markdown(["part", "µs"], [(what, f"{each:.2f}") for what, each in found.items()]))
    print(f"\nMedians of {rounds} rounds of 1,000 calls, all timed in turn.")


if __name__ == "__main__":
    main()
