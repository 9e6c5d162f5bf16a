from __future__ import annotations

import pytest

from banditware.routes import (
    LONGEST_CACHED,
    OK,
    Amount,
    Matches,
    RewardRule,
    Route,
    Router,
    accepts,
)
from tests.support import Asked


def matches(router: Router, path: str, method: str = "GET", host: str = "") -> Matches:
    """Return what matches a request."""
    return router.of(Asked(method, path, host))


def matched(router: Router, path: str, method: str = "GET", host: str = "") -> list[str]:
    """Return the patterns that match a request."""
    return [match.route.pattern for match in matches(router, path, method, host)]


def test_statuses() -> None:
    """A range of statuses holds both of its ends."""
    assert [accepts(OK, status) for status in (199, 200, 304, 399, 400)] == [
        False,
        True,
        True,
        True,
        False,
    ]
    assert accepts(((204, 204), (500, 599)), 503)
    assert not accepts((), 200)


def test_what_a_rule_is_unless_said_otherwise() -> None:
    """A reward is 1, once, and not for requests of other sites."""
    rule = RewardRule("button", "reward")
    assert (rule.amount, rule.once, rule.cross_site) == (Amount("number", "", 1.0), True, False)


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("/", "/", True),
        ("/", "", False),
        ("/", "//", False),
        ("/shop", "/shop", True),
        ("/shop", "/shop/", False),
        ("/shop", "//shop", False),
        ("/shop/", "/shop", False),
        ("/shop", "/SHOP", False),
        ("/shop", "/shop/../shop", False),
        ("/a/<int:n>", "/a/7", True),
        ("/a/<int:n>", "/a/seven", False),
        ("/a/<int:n>", "/a/7/", False),
        ("/a/<int:n>", "/a/" + "7" * 5_000, False),
        ("/a/<int:n>/", "/a/7", False),
        ("/a/<n>", "/a/caf\u00e9", True),
        ("/a/<n>", "/a/\ufffd", True),
        ("/a/<n>", "/a/", False),
        ("/a/<n>", "//a/7", False),
        ("/a/<n>/b", "/a/x/b", True),
        ("/a/<path:n>", "/a/b//c", True),
        ("/<path:n>", "/a/b/c", True),
        ("/<path:n>", "/", False),
        ("/<path:n>", "//a", False),
        ("/a-<n>", "/a-b", True),
        ("/a-<n>", "/b-b", False),
    ],
)
def test_paths(pattern: str, path: str, matches: bool) -> None:
    """A path matches as it is: nothing is collapsed, added or taken away."""
    assert matched(Router([Route(pattern)]), path) == ([pattern] if matches else [])


def test_variables_of_a_path() -> None:
    """A match says what the variables of its pattern stand for."""
    router = Router([Route("/cart/<int:item>/<name>")])
    (match,) = matches(router, "/cart/12/red")
    assert match.values == {"item": 12, "name": "red"}


@pytest.mark.parametrize(
    ("methods", "method", "matches"),
    [
        ((), "GET", True),
        ((), "PURGE", True),
        (("GET",), "GET", True),
        (("GET",), "HEAD", True),
        (("GET",), "POST", False),
        (("POST",), "HEAD", False),
        (("POST", "PUT"), "PUT", True),
    ],
)
@pytest.mark.parametrize(("pattern", "path"), [("/a", "/a"), ("/<x>", "/a")])
def test_methods(
    methods: tuple[str, ...], method: str, matches: bool, pattern: str, path: str
) -> None:
    """A route without methods takes all; one for GET takes HEAD, too."""
    router = Router([Route(pattern, frozenset(methods))])
    assert bool(matched(router, path, method)) is matches


def test_all_that_match_apply() -> None:
    """Several routes may match one request, and all of them do; literal ones come first."""
    routes = [Route("/<path:any>"), Route("/a/<x>"), Route("/a/b"), Route("/a/b", frozenset("X"))]
    assert matched(Router(routes), "/a/b") == ["/a/b", "/a/<x>", "/<path:any>"]


def test_hosts() -> None:
    """A route for a host takes only that host; hosts count only if a route names one."""
    router = Router([Route("/", host="shop.example"), Route("/", host="<sub>.example")])
    assert len(matches(router, "/", host="shop.example")) == 2
    assert len(matches(router, "/", host="blog.example")) == 1
    assert not matches(router, "/")
    assert not matches(router, "/", host="x" * 64 + ".example")
    assert not matches(router, "/a", host="shop.example")
    assert len(router.known) == 5
    anywhere = Router([Route("/")])
    assert matches(anywhere, "/", host="a.example") is matches(anywhere, "/", host="b.example")


@pytest.mark.parametrize("path", ["*", "http://h/abs", "", "?", "\x00", "/\udcff"])
def test_paths_that_are_none(path: str) -> None:
    """Whatever a server hands over as a path is no error."""
    assert matched(Router([Route("/"), Route("/a/<x>")]), path) == []


def test_a_number_that_python_does_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Python refuses numbers of thousands of digits, and not every werkzeug expects that."""

    def refuse(self: object, value: str) -> int:
        raise ValueError("Exceeds the limit for integer string conversion")

    monkeypatch.setattr("werkzeug.routing.converters.NumberConverter.to_python", refuse)
    assert matched(Router([Route("/a/<int:n>")]), "/a/7") == []


def test_matches_are_cached() -> None:
    """Asking again gives the same match, and nothing is compiled for it."""
    router = Router([Route("/a/<x>")])
    assert matches(router, "/a/b") is matches(router, "/a/b")


def test_a_cache_that_is_full_is_begun_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many paths are asked for, no more than so many are kept."""
    monkeypatch.setattr("banditware.routes.CACHED_MATCHES", 3)
    router = Router([Route("/a/<x>")])
    first = matches(router, "/a/0")
    for number in range(3):
        assert matches(router, "/a/0") is first
        matches(router, f"/a/{number}")
    matches(router, "/a/3")
    assert matches(router, "/a/0") is not first
    assert matches(router, "/a/0") == first
    assert len(router.known) == 2


def test_barren_paths_are_forgotten_with_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many paths without routes are asked for, no more than so many are kept."""
    monkeypatch.setattr("banditware.routes.CACHED_MATCHES", 3)
    router = Router([Route("/a")])
    for number in range(7):
        matches(router, f"/{number}")
    assert router.barren == {"/6"}
    assert matches(router, "/" + "b" * LONGEST_CACHED) == ()
    assert len(router.barren) == 1


@pytest.mark.parametrize(
    ("path", "method", "barren"),
    [
        ("/x", "GET", {"/x"}),
        ("/x", "DELETE", {"/x"}),
        ("/a", "GET", set()),
        ("/a", "POST", set()),
        ("/b/7", "POST", set()),
        ("/b/x", "GET", {"/b/x"}),
        ("/caf\u00e9", "GET", set()),
    ],
)
def test_paths_without_any_route_are_known(path: str, method: str, barren: set[str]) -> None:
    """A path is barren if no route is there for any method."""
    router = Router([Route("/a", frozenset({"GET"})), Route("/b/<int:n>", frozenset({"GET"}))])
    matched(router, path, method)
    assert router.barren == barren


def test_where_routes_name_hosts_no_path_is_barren() -> None:
    """The same path may have a route on another host."""
    router = Router([Route("/a", host="shop.example")])
    assert matched(router, "/a", host="blog.example") == []
    assert router.barren == set()


def test_what_is_long_is_matched_but_not_kept() -> None:
    """A path of any length matches, and one that fills memory is not remembered."""
    router = Router([Route("/a/<x>")])
    path = "/a/" + "b" * LONGEST_CACHED
    assert matched(router, path) == ["/a/<x>"]
    assert matches(router, path) is not matches(router, path)
