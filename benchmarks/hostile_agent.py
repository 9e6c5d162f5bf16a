"""What a User-Agent of 8 KB costs, in requests that it makes as long as it can.

Every request has another one, so nothing is remembered. `PYTHONPATH=. python
benchmarks/hostile_agent.py` prints what a whole wrapped request takes, median and worst, for an
experiment of everybody and for one of those whose agent a pattern finds. Time is that of this
thread, so that a busy machine is nobody's fault; it is read around a few requests at once, because
reading it takes longer than one of them.
"""

from __future__ import annotations

import argparse
import gc
import platform
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

from banditware import Bandit, wrap
from benchmarks.apps import plain_wsgi
from benchmarks.sending import environ

SIZE = 8_192

#: Requests between two looks at the clock.
AT_ONCE = 10

#: Seconds that a request may take.
BUDGET = 1e-3

#: What fills an agent. Each begins what some pattern looks for, and never ends it.
SHAPES = {
    "one letter": "a",
    "half a bot": "bo",
    "bots that are telephones": "cubot ",
    "nearly a crawler": "craw",
    "digits and dots": "1.2.",
    "open brackets": "(",
    "backslashes": "\\",
    "blanks": " ",
    "spellings": "PyThOn",
    "no text": "\xff\xfe",
    "a browser again and again": "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/140.0 ",
}

#: Python's own `re` needs years for that and a long word.
PATTERN = r"^(\w+ ?)+!"


def config(only_if: list[dict[str, str]]) -> dict[str, Any]:
    """Return a configuration with one experiment, of those whom the conditions let in."""
    told = {"only_if": only_if} if only_if else {}
    return {
        "secret_keys": ["0123456789abcdef0123456789abcdef"],
        "store": "memory://",
        "attributes": {"agent": {"header": "User-Agent"}},
        "experiments": {"color": {"arms": ["red", "blue"], **told}},
        "routes": [{"match": "GET /", "choose": "color"}],
    }


KINDS = {
    "everybody": config([]),
    "by a pattern": config([{"attribute": "agent", "operator": "MATCHES", "value": PATTERN}]),
}


def ignore(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
    """Take the start of a response."""


def agents(filling: str, number: int) -> list[str]:
    """Return so many agents of 8 KB, each another one from its first letters on."""
    whole = filling * (SIZE // len(filling) + 1)
    return [f"{index:x}{whole}"[:SIZE] for index in range(number)]


def seconds(app: Callable[..., Any], some: Sequence[str]) -> float:
    """Return how long this thread works for a request, as the mean over these agents."""
    every = [{**environ("/", ""), "HTTP_USER_AGENT": agent} for agent in some]
    before = time.thread_time()
    for facts in every:
        for _ in app(facts, ignore):
            pass
    return (time.thread_time() - before) / len(some)


def measured(settings: dict[str, Any], number: int) -> dict[str, list[float]]:
    """Return what requests of each shape took."""
    with Bandit.from_config(settings) as bandit:
        app = wrap(plain_wsgi, bandit)
        seconds(app, agents("warm ", 50))
        gc.disable()
        found = {
            shape: [
                seconds(app, every[start : start + AT_ONCE]) for start in range(0, number, AT_ONCE)
            ]
            for shape, filling in SHAPES.items()
            for every in [agents(filling, number)]
        }
        gc.enable()
    return found


def main() -> int:
    """Print the table; return 1 if any request took longer than it may."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--number", type=int, default=500)
    number = parser.parse_args().number
    print(f"CPython {platform.python_version()}, {platform.machine()}, {number} of {SIZE} bytes")
    every = {kind: measured(settings, number) for kind, settings in KINDS.items()}
    print(
        f"{'microseconds, median and worst':32}{'budget':>8}" + "".join(f"{k:>18}" for k in KINDS)
    )
    for shape in SHAPES:
        costs = [every[kind][shape] for kind in KINDS]
        pairs = [(statistics.median(each) * 1e6, max(each) * 1e6) for each in costs]
        cells = "".join(f"{median:11.0f}{worst:7.0f}" for median, worst in pairs)
        print(f"{shape:32}{BUDGET * 1e6:8.0f}{cells}")
    worst = max(cost for kind in every.values() for costs in kind.values() for cost in costs)
    print(f"{'worst of all':32}{BUDGET * 1e6:8.0f}{worst * 1e6:11.0f}")
    return int(worst > BUDGET)


if __name__ == "__main__":
    sys.exit(main())
