from __future__ import annotations

from collections.abc import Callable

import pytest

from banditware.attributes import Source
from banditware.config import Settings

Settle = Callable[..., Settings]
Complain = Callable[..., list[str]]

FORM = "must be one of {header: NAME}, {cookie: NAME}, {query: NAME}, {path: NAME}"
ROUTES = [
    {"match": "GET /<int:item>", "choose": "e"},
    {"match": "/<name>", "choose": "e"},
]


def test_sources(settle: Settle) -> None:
    """Every kind of source reaches the settings; names of headers in lower case."""
    written = {
        "country": {"header": "CF-IPCountry"},
        "plan": {"cookie": "Plan"},
        "source": {"query": "utm source"},
        "item": {"path": "item"},
        "Company Size": {"header": "x"},
    }
    assert settle(attributes=written, routes=ROUTES).attributes == {
        "country": Source("header", "cf-ipcountry"),
        "plan": Source("cookie", "Plan"),
        "source": Source("query", "utm source"),
        "item": Source("path", "item"),
        "Company Size": Source("header", "x"),
    }


def test_no_sources(settle: Settle) -> None:
    """Without the key there are none."""
    assert settle().attributes == {}


@pytest.mark.parametrize(
    ("written", "mistakes"),
    [
        ([], [": must be a mapping, not a list"]),
        ({"a": "b"}, [f".a: {FORM}, not 'b'"]),
        ({"a": None}, [f".a: has no value; it {FORM}"]),
        ({"a": {}}, [f".a: {FORM}: exactly one"]),
        ({"a": {"header": "x", "query": "y"}}, [f".a: {FORM}: exactly one"]),
        ({"a": {"haeder": "x"}}, [".a.haeder: is not a known key; did you mean 'header'?"]),
        ({"a": {"header": "x y"}}, [".a.header: 'x y' cannot be the name of a header"]),
        ({"a": {"cookie": "x=y"}}, [".a.cookie: 'x=y' cannot be the name of a cookie"]),
        ({"a": {"query": 5}}, [".a.query: must be a name, not 5"]),
        (
            {"a": {"path": "itme"}},
            [".a.path: no route has a variable 'itme'; did you mean 'item'?"],
        ),
        (
            {"": {"header": "x"}},
            [".: the name of an attribute has 1 to 128 printable characters"],
        ),
        (
            {"a\n": {"header": "x"}},
            [".'a\\n': the name of an attribute has 1 to 128 printable characters"],
        ),
    ],
)
def test_mistakes(complain: Complain, written: object, mistakes: list[str]) -> None:
    """Every mistake is told at its place, with the mend."""
    assert complain(attributes=written, routes=ROUTES) == [f"attributes{each}" for each in mistakes]


def test_mistakes_of_routes_come_alone(complain: Complain) -> None:
    """Variables are not compared with those of routes that are wrong themselves."""
    found = complain(attributes={"a": {"path": "b"}}, routes=[{"match": "x", "choose": "e"}])
    assert [each.partition(":")[0] for each in found] == ["routes.0.match"]
