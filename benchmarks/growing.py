"""Bandits of any size, and the requests that the programs about growth send to them."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from banditware import Bandit, wrap
from benchmarks.overhead import wsgi_request

Request = Callable[[], None]

#: What the requests of a site come to.
KINDS = ("unmatched", "returning", "new visitor", "reward")


class Size(NamedTuple):
    """How large a configuration is.

    Attributes:
        experiments: how many; requests touch the first and the last of them.
        arms: of each experiment.
        routes: how many, of which the last two are those that requests match.
        rules: of the targeting of each experiment that requests touch; only the last one holds.
        policy: the policy of all.
        store: the address of the store.
        refresh: how often counts are exchanged.
    """

    experiments: int = 2
    arms: int = 5
    routes: int = 2
    rules: int = 0
    policy: str = "thompson"
    store: str = "memory://"
    refresh: str = "1h"


def name(number: int) -> str:
    """Return the name of an experiment."""
    return f"e{number:05}"


def touched(size: Size) -> list[str]:
    """Return the experiments that requests touch."""
    return sorted({name(0), name(size.experiments - 1)})


def configuration(size: Size) -> dict[str, Any]:
    """Return a configuration of that size."""
    arms = [f"a{number:04}" for number in range(size.arms)]
    experiments: dict[str, dict[str, Any]] = {
        name(number): {"arms": arms, "policy": size.policy} for number in range(size.experiments)
    }
    both = touched(size)
    for each in both if size.rules else ():
        experiments[each]["only_if"] = [[_rule(at)] for at in (*range(size.rules - 1), -1)]
    others = ({"match": f"GET /p{at}/page", "choose": both} for at in range(size.routes - 2))
    return {
        "secret_keys": ["a key of the benchmark that is long enough"],
        "store": size.store,
        "refresh": size.refresh,
        "attributes": {"plan": {"header": "User-Agent"}},
        "experiments": experiments,
        "routes": [
            *others,
            {"match": "GET /", "choose": both},
            {"match": "GET /btnclick", "reward": both},
        ],
    }


def _rule(number: int) -> dict[str, Any]:
    """Return a rule that does not hold, or, below zero, one that does."""
    if number < 0:
        return {"attribute": "plan", "operator": "MATCHES", "value": "Mozilla"}
    return {"attribute": "plan", "operator": "ONE_OF", "value": [f"plan {number}"]}


def app(environ: Mapping[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    """Answer with five bytes."""
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"hello"]


def requests(wrapped: Any, page: str = "/", click: str = "/btnclick") -> dict[str, Request]:
    """Return a request of each kind to an app; the first visit of the returning one is made."""
    visit, cookies = wsgi_request(wrapped, page, "")
    visit()
    jar = "; ".join(cookie.partition(";")[0] for cookie in cookies)
    asked = [("/other", jar), (page, jar), (page, ""), (click, jar)]
    calls = [wsgi_request(wrapped, path, cookie)[0] for path, cookie in asked]
    return dict(zip(KINDS, calls, strict=True))


def site(size: Size) -> tuple[Bandit, dict[str, Request]]:
    """Return a bandit of a size, and requests to an app that is wrapped with it."""
    bandit = Bandit.from_config(configuration(size))
    return bandit, requests(wrap(app, bandit, interface="wsgi"))


def microseconds(call: Request, calls: int) -> float:
    """Return what a call costs, over so many of them."""
    begin = time.perf_counter()
    for _ in range(calls):
        call()
    return (time.perf_counter() - begin) / calls * 1e6


def costs(
    sites: Mapping[int, Mapping[str, Request]],
    *,
    rounds: int,
    calls: int,
    between: Iterable[Callable[[], object]] = (),
) -> dict[str, dict[int, list[float]]]:
    """Return what requests cost beyond the bare app, in microseconds of each round.

    Every site is asked in turn within a round, forth and back, so that a machine whose speed
    drifts favours none.

    Args:
        sites: by size, its requests by kind.
        rounds: how often each is timed.
        calls: how many requests are timed together.
        between: called after every round.
    """
    bare = requests(app)
    found: dict[str, dict[int, list[float]]] = {}
    for turn in range(rounds):
        for size in sorted(sites, reverse=bool(turn % 2)):
            for kind, call in sites[size].items():
                floor = microseconds(bare.get(kind, bare["unmatched"]), calls)
                cost = microseconds(call, calls) - floor
                found.setdefault(kind, {}).setdefault(size, []).append(cost)
        for act in between:
            act()
    return found


def medians(costs: Mapping[int, list[float]]) -> list[tuple[float, float]]:
    """Return the median cost of each size, as points of a line."""
    return [(size, statistics.median(costs[size])) for size in sorted(costs)]
