"""The part of `benchmarks/growth.py` about routes: which of many matches, and how it is found.

The table of the main program asks for the same few pages again and again, whose matches are
remembered. Here every request is for a page that nobody asked for before.
"""

from __future__ import annotations

import argparse
import gc
from collections.abc import Callable, Mapping
from itertools import count

from banditware import Bandit, wrap
from benchmarks import growing
from benchmarks.growing import Request, Size
from benchmarks.overhead import wsgi_request

Found = Mapping[str, Mapping[int, list[float]]]


def site(routes: int) -> tuple[Bandit, dict[str, Request]]:
    """Return a bandit of so many routes with variables, and requests for pages never seen."""
    size = Size()
    both = growing.touched(size)
    patterns = [f"GET /shop/<int:item>/part{at}" for at in range(routes)]
    config = growing.configuration(size)
    config["routes"] = [{"match": pattern, "choose": both} for pattern in patterns]
    bandit = Bandit.from_config(config)
    wrapped, numbers = wrap(growing.app, bandit, interface="wsgi"), count()

    def fresh(form: str) -> Request:
        def ask() -> None:
            wsgi_request(wrapped, form.format(next(numbers)), "")[0]()

        ask()
        return ask

    forms = {
        "first": "/shop/{}/part0",
        "last": f"/shop/{{}}/part{routes - 1}",
        "none": "/shop/{}/other",
    }
    return bandit, {kind: fresh(form) for kind, form in forms.items()}


def told(
    given: argparse.Namespace,
    shown: Callable[[str, Found], str],
    grown: Callable[[Found, list[str]], dict[str, str]],
) -> list[str]:
    """Print the table of routes with variables; return what grows and must not."""
    sizes = (1, 10, 100, 1_000) if given.quick else (1, 10, 100, 1_000, 5_000)
    opened = {number: site(number) for number in sizes}
    gc.collect()
    gc.disable()
    try:
        found = growing.costs(
            {number: asked for number, (_, asked) in opened.items()},
            rounds=8 if given.quick else 40,
            calls=20 if given.quick else 50,
            between=[bandit.flush for bandit, _ in opened.values()],
        )
    finally:
        gc.enable()
    for bandit, _ in opened.values():
        bandit.close()
    print("Routes with a variable, each request for a page that was never asked for:\n")
    print(f"{shown('routes with a variable', found)}\n")
    wrong = grown(found, list(found))
    return [f"{kind} of the routes with a variable: {by}" for kind, by in wrong.items()]
