"""Which rules of the configuration match a request.

Patterns are werkzeug's; matching is cached by method, host and path, because a site has few
distinct paths and every request asks.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias, final

if TYPE_CHECKING:
    from banditware.answer import Answer, Later
    from banditware.facts import Facts
    from banditware.ground import Ground
    from banditware.http import Effects

#: Answers a request instead of the app, and says what has to happen to the response.
Serve: TypeAlias = "Callable[[Ground, Facts], tuple[Answer | Later, Effects]]"

#: Ranges of status, both ends included, of a response that says yes.
OK = ((200, 399),)


def accepts(ranges: Iterable[tuple[int, int]], status: int) -> bool:
    """Return True if the status is in one of the ranges."""
    for low, high in ranges:  # noqa: SIM110  # a generator costs more than the comparisons
        if low <= status <= high:
            return True
    return False


class Amount(NamedTuple):
    """Where the number of a reward comes from.

    Attributes:
        source: a constant `number`; a `header` of the app's response; the request's `query` or
            `path`.
        name: name of the header, query parameter or path variable; empty for a constant.
        number: the constant.
    """

    source: Literal["number", "header", "query", "path"] = "number"
    name: str = ""
    number: float = 1.0


#: One, as most rewards are.
_ONE = Amount()


@dataclass(frozen=True, slots=True)
class RewardRule:
    """What a matching response credits.

    Attributes:
        experiment: name of the experiment whose decision is credited.
        goal: name under which it is counted.
        amount: the number that is counted.
        once: credit a decision a single time.
        cross_site: credit requests that another site caused, as a payment provider's redirect does.
    """

    experiment: str
    goal: str
    amount: Amount = _ONE
    once: bool = True
    cross_site: bool = False


@dataclass(frozen=True, slots=True)
class Route:
    """One rule of the configuration.

    Attributes:
        pattern: path in werkzeug's rule syntax, from the first slash.
        methods: request methods in capitals; empty for all.
        host: host pattern in werkzeug's syntax, or None for any.
        choose: names of the experiments to decide.
        rewards: what to credit.
        status: ranges of response status, both ends included.
        serve: answers instead of the app, and says what else is to happen; other routes then do not
            apply.
    """

    pattern: str
    methods: frozenset[str] = frozenset()
    host: str | None = None
    choose: tuple[str, ...] = ()
    rewards: tuple[RewardRule, ...] = ()
    status: tuple[tuple[int, int], ...] = OK
    serve: Serve | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """A route that matches a request.

    Attributes:
        route: the route.
        values: what the pattern's variables stand for in this path.
    """

    route: Route
    values: Mapping[str, Any]


@final
class Matches(tuple[Match, ...]):  # noqa: SLOT001  # tuples of any length can have none
    """All routes that match a request, and what they come to.

    Attributes:
        choose: names of the experiments that they decide, each once.
        rewards: True if one of them rewards.
        serve: what answers instead of the app, if one of them does that: the only one, then.
    """

    choose: tuple[str, ...]
    rewards: bool
    serve: Serve | None

    def __new__(cls, matches: Iterable[Match] = ()) -> Matches:
        """Take the routes together."""
        self = super().__new__(cls, matches)
        self.choose = tuple(dict.fromkeys(name for each in self for name in each.route.choose))
        self.rewards = any(each.route.rewards for each in self)
        self.serve = self[0].route.serve if self else None
        return self


NO_MATCHES = Matches()

#: Requests whose matches are kept per process, and then forgotten all at once: sites have more
#: paths than this, but few of them get most of the traffic and are soon known again.
CACHED_MATCHES = 4_096

#: Longest method, path and host, together, that are worth a place in the cache: an attacker's may
#: be as long as a server allows.
LONGEST_CACHED = 512


class Router:
    """Finds every route that matches a request. Keep one as long as the app lives.

    All routes that match apply, as with the rules of a style sheet: `GET /<path:any>` may choose
    for a whole site while `GET /thanks` rewards. A trailing slash is significant.

    Attributes:
        known: what was found for requests, by what tells them apart: their `key`, and the host
            where routes name one.
        barren: paths, of those that were asked for, where no route is for any method; as `known`,
            forgotten all at once.
    """

    def __init__(self, routes: Iterable[Route]) -> None:
        self._literal: dict[str, list[Route]] = {}
        from banditware.route_index import RouteIndex  # noqa: PLC0415 - only needed here

        self._patterns = RouteIndex[_Pattern]()
        self._uses_hosts = False
        for route in routes:
            self._uses_hosts |= route.host is not None
            if route.host is None and "<" not in route.pattern:
                self._literal.setdefault(route.pattern, []).append(route)
            else:
                self._patterns.add(route.pattern, _Pattern(route))
        self.known: dict[Hashable, Matches] = {}
        self.barren: set[str] = set()

    def of(self, facts: Facts) -> Matches:
        """Return the routes that match a request, literal ones first; cached."""
        # Only routes that name a host look at it: the cache does not keep a copy for each.
        key = (facts.key(), facts.host) if self._uses_hosts else facts.key()
        found = self.known.get(key)
        return self._find(key, facts) if found is None else found

    def _find(self, key: Hashable, facts: Facts) -> Matches:
        method, path, host = facts.method, facts.path, facts.host if self._uses_hosts else ""
        there = self._at(path, host)
        found = _combined(there, method)
        if len(method) + len(path) + len(host) <= LONGEST_CACHED:
            if len(self.known) >= CACHED_MATCHES:
                self.known.clear()
                self.barren.clear()
            self.known[key] = found
            # In ASCII, because there a path is what every server says of it.
            if not (there or self._uses_hosts) and path.isascii():
                self.barren.add(path)
        return found

    def match(self, method: str, path: str, host: str) -> Matches:
        """Return the routes that match; the host may be empty if none names one."""
        return _combined(self._at(path, host), method)

    def _at(self, path: str, host: str) -> list[Match]:
        """Return the routes at a path, for any method; the host may be empty if none names one."""
        literal = [Match(route, {}) for route in self._literal.get(path, ())]
        found = (candidate.match(path, host) for candidate in self._patterns.of(path))
        return [*literal, *(match for match in found if match is not None)]


def _combined(there: Iterable[Match], method: str) -> Matches:
    """Return those of the routes at a path that hold for a method."""
    allowed = [match for match in there if _allows(match.route, method)]
    serving = [match for match in allowed if match.route.serve is not None]
    return Matches(serving[:1] or allowed)


def _allows(route: Route, method: str) -> bool:
    methods = route.methods
    return not methods or method in methods or (method == "HEAD" and "GET" in methods)


class _Pattern:
    """One route's pattern, compiled by werkzeug at first use: its import costs 70 ms."""

    def __init__(self, route: Route) -> None:
        self._route = route
        self._compiled = lru_cache(1)(self._compile)

    def _compile(self) -> Any:
        from werkzeug.routing import Map, Rule  # noqa: PLC0415  # see the class

        rule = Rule(self._route.pattern, endpoint="", host=self._route.host)
        return Map(
            [rule],
            host_matching=self._route.host is not None,
            merge_slashes=False,
            redirect_defaults=False,
        )

    def match(self, path: str, host: str) -> Match | None:
        """Return the match of this route, or None."""
        from werkzeug.exceptions import HTTPException  # noqa: PLC0415  # see the class

        if path.startswith("//"):  # which werkzeug would collapse
            return None
        try:
            _, values = self._compiled().bind(host).match(path, method="GET")
        except (HTTPException, ValueError):  # not found, a redirect to the form with a slash, or a
            return None  # number of more digits than Python reads
        return Match(self._route, values)
