from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from banditware.route_index import RouteIndex
from banditware.routes import Route, Router, _Pattern

WORDS = st.sampled_from(["a", "b", "", "a-b"])
VARIABLES = st.sampled_from(
    ["<int:n>", "<n>", "<path:n>", "a<n>", "<int(min=1):n>", '<any("a/b", c):n>', "<n>.b"]
)


def paths(parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Return paths of such segments."""
    return st.lists(parts, min_size=1, max_size=4).map(lambda found: "/" + "/".join(found))


def once(pattern: str) -> bool:
    """Return True if werkzeug takes the pattern: no variable twice."""
    return pattern.count("n>") == 1


@settings(max_examples=300)
@given(
    patterns=st.lists(paths(WORDS | VARIABLES).filter(once), min_size=1, max_size=6),
    path=paths(st.sampled_from(["a", "b", "", "a-b", "7", "ax", "c", "x.b"])),
)
def test_everything_that_matches_is_found(patterns: list[str], path: str) -> None:
    """The index finds the same as trying every pattern, in an order that does not change."""
    routes = [Route(pattern) for pattern in patterns]
    late = [route for route in routes if "<" in route.pattern.split("/")[1]]
    tried = [_Pattern(route).match(path, "") for route in [*filter_out(routes, late), *late]]
    found = Router(routes).match("GET", path, "")
    assert [*found] == [match for match in tried if match is not None]


def filter_out(routes: list[Route], some: list[Route]) -> list[Route]:
    """Return the routes that are none of some, by what they are and not what they say."""
    ids = {id(route) for route in some}
    return [route for route in routes if id(route) not in ids]


def test_others_are_not_even_tried() -> None:
    """Of many patterns, only those come back whose words are those of the path."""
    index = RouteIndex[int]()
    for number in range(1_000):
        index.add(f"/shop/<int:item>/part{number}", number)
    assert index.of("/shop/7/part42") == [42]
    assert index.of("/shop/7/other") == []
    assert index.of("/shop/7") == []
    assert index.of("/other/7/part42/and/more") == []


@pytest.mark.parametrize(
    ("pattern", "path", "found"),
    [
        ("/a/<path:n>", "/a/b/c", True),
        ("/a/<path:n>", "/b/c", False),
        ("/<any('x/y', z):n>/b", "/x/y/b", True),
        ("/<any('(', z):n>/b", "/z/b", True),
        ("/a/<pathology>", "/a/b/c", False),
        ("/<n>", "*", True),
        ("/", "", True),
    ],
)
def test_what_a_pattern_may_match(pattern: str, path: str, *, found: bool) -> None:
    """A variable that may hold slashes goes on in any way, any other is one segment."""
    index = RouteIndex[bool]()
    index.add(pattern, True)
    assert index.of(path) == [True] * found
