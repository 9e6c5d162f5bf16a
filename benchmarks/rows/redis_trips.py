"""What Redis is asked for: by a worker in a refresh, and by a request that would ask itself."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from banditware import Bandit
from benchmarks import tables
from benchmarks.apps import config
from benchmarks.redis_work import Work, measured
from benchmarks.rows.finding import Cost, Finding, compared
from benchmarks.timing import in_turn
from tests.redis_servers import ServerProcess

#: Requests a second of one worker, which refreshes once a second.
SLOW, FAST = 100, 5_000

#: Commands that one more request may cause. One in a hundred is none for each.
SHARE = 0.01

WHAT = "Redis work of a worker in a refresh"


def findings(rounds: int, seconds: int) -> list[Finding]:
    """Return the rows: commands, which are the same at any rate, and what a round trip takes."""
    slow, fast = measured(1, SLOW, seconds), measured(1, FAST, seconds)
    return [asked(SLOW, slow), asked(FAST, fast, met=steady(slow, fast)), *trips(rounds)]


def steady(slow: Work, fast: Work) -> bool:
    """Return whether commands come with refreshes, and not with requests."""
    return (fast.commands - slow.commands) / (FAST - SLOW) < SHARE


def asked(rate: int, work: Work, *, met: bool | None = None) -> Finding:
    """Return the row of one rate."""
    return Finding(
        WHAT,
        f"{rate:,} requests",
        "" if met is None else f"as at {SLOW} requests",
        f"{work.commands:.0f} commands, in {work.scripts:.1f} round trips",
        met,
        "a `GET` for each request",
        f"{rate:,} round trips",
        tables.figure(rate / max(work.scripts, 1)),
    )


def trips(rounds: int) -> list[Finding]:
    """Return the row of a decision that Redis keeps, beside round trips of a client."""
    server = ServerProcess("valkey")
    with tempfile.TemporaryDirectory() as spool, server.client() as client:
        client.set("arm", "casual")

        def three() -> object:
            pipeline = client.pipeline(transaction=False)
            pipeline.get("arm").incr("pulls").sadd("seen", "u1")
            return pipeline.execute()

        settings = {**config(Path(spool)), "store": server.url(spool=spool)}
        with Bandit.from_config(settings) as bandit:
            calls: dict[str, Callable[[], Any]] = {
                "ours": lambda: bandit.decide("txt_btn"),
                "GET": lambda: client.get("arm"),
                "three": three,
            }
            samples = in_turn(calls, rounds)
    server.stop()
    took = {name: tables.spread(found) for name, found in samples.items()}
    return compared(
        Cost("`decide()` that Redis counts", "a Unix socket", took["ours"]),
        [
            ("one `GET` of redis-py", took["GET"]),
            ("three commands of redis-py, one round trip", took["three"]),
        ],
    )
