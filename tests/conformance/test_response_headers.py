"""What happens to the headers of a response, and what never does."""

from __future__ import annotations

import logging

import pytest

from tests.wires.shop import OpenShop
from tests.wires.visitors import Door, Pairs, Reply, Request

VARY: dict[str, tuple[Pairs, list[str]]] = {
    "none": ((), ["Cookie"]),
    "another": ((("vary", "Accept-Encoding"),), ["Accept-Encoding, Cookie"]),
    "cookie": ((("vary", "accept, COOKIE"),), ["accept, COOKIE"]),
    "star": ((("vary", "*"),), ["*"]),
    "empty": ((("vary", " "),), ["Cookie"]),
    "two lines": ((("vary", "Accept"), ("vary", "Origin")), ["Accept", "Origin, Cookie"]),
    "first line": ((("vary", "Cookie"), ("vary", "Origin")), ["Cookie", "Origin"]),
    "last line": ((("vary", "Origin"), ("vary", "Cookie")), ["Origin", "Cookie"]),
    "star line": ((("vary", "*"), ("vary", "Origin")), ["*", "Origin"]),
    "likeness": ((("vary", "X-Cookie"),), ["X-Cookie, Cookie"]),
}

CACHE_CONTROL: dict[str, tuple[Pairs, list[str]]] = {
    "none": ((), ["private"]),
    "max-age": ((("cache-control", "max-age=60"),), ["max-age=60, private"]),
    "private": ((("cache-control", "max-age=60, Private"),), ["max-age=60, Private"]),
    "no-store": ((("cache-control", "no-store"),), ["no-store"]),
    "no-cache": ((("cache-control", "no-cache"),), ["no-cache, private"]),
    "public": ((("cache-control", "public, max-age=9"),), ["public, max-age=9, private"]),
    "empty": ((("cache-control", ""),), ["private"]),
    "two lines": (
        (("cache-control", "max-age=60"), ("cache-control", "no-transform")),
        ["max-age=60", "no-transform, private"],
    ),
    "private line": (
        (("cache-control", "private"), ("cache-control", "max-age=60")),
        ["private", "max-age=60"],
    ),
}


def joined(values: list[str]) -> str:
    """Return lines of one name as one, which means the same (RFC 9110, section 5.2).

    Frameworks that keep headers in a mapping have no others.
    """
    return ", ".join(values)


def served(door: Door, open_shop: OpenShop, headers: Pairs) -> Reply:
    return door.ask(open_shop(), lambda seen: Reply(headers=headers))(Request())


@pytest.mark.parametrize("case", VARY)
def test_vary_gets_cookie_once(door: Door, open_shop: OpenShop, case: str) -> None:
    """`Vary` names the cookie exactly once, beside all it named before."""
    headers, expected = VARY[case]
    assert joined(served(door, open_shop, headers).values("vary")) == joined(expected)


@pytest.mark.parametrize("case", CACHE_CONTROL)
def test_cache_control_gets_private_once(door: Door, open_shop: OpenShop, case: str) -> None:
    """`Cache-Control` gets `private` unless it is private already, and loses nothing."""
    headers, expected = CACHE_CONTROL[case]
    assert joined(served(door, open_shop, headers).values("cache-control")) == joined(expected)


def test_the_cookies_of_the_app_are_kept(door: Door, open_shop: OpenShop) -> None:
    """The app's own Set-Cookie headers stay, in order, and ours comes behind them."""
    own = ("session=1; Path=/", "theme=dark", "session=2; Path=/admin")
    headers: Pairs = (("x-a", "1"), *(("set-cookie", each) for each in own), ("x-b", "2"))
    reply, bare = served(door, open_shop, headers), door.bare(lambda seen: Reply(headers=headers))
    *kept, ours = reply.values("set-cookie")
    assert (tuple(kept), ours.partition("=")[0]) == (own, "bw")
    assert tuple(pair for pair in reply.headers if pair in headers) == bare(Request()).headers
    assert {*headers} <= {*reply.headers}


def test_a_returning_visitor_gets_caching_headers_only(door: Door, open_shop: OpenShop) -> None:
    """A page with a remembered arm differs from the app's own by Vary and Cache-Control alone."""
    visitor = door.visitor(open_shop())
    visitor.get()
    assert visitor.get().headers == (
        *Reply().headers,
        ("vary", "Cookie"),
        ("cache-control", "private"),
    )


def test_a_page_that_earns_keeps_its_headers(door: Door, open_shop: OpenShop) -> None:
    """A response that credits a reward, but shows no arm, goes out as the app made it."""
    visitor = door.visitor(open_shop())
    visitor.get()
    assert visitor.post() == door.bare()(Request("POST", "/buy"))


def test_chunks_stay_as_they_are(door: Door, open_shop: OpenShop) -> None:
    """The body goes out in the chunks that the app made."""
    chunks = (b"a", b"bc", b"def")
    assert door.ask(open_shop(), lambda seen: Reply(chunks=chunks))(Request()).chunks == chunks


def test_https_gets_a_secure_cookie(door: Door, open_shop: OpenShop) -> None:
    """Over https the cookie is `__Host-bw` and Secure, and it is read again under that name."""
    visitor = door.visitor(open_shop())
    (cookie,) = visitor.get(https=True).values("set-cookie")
    assert cookie.startswith("__Host-bw=")
    attributes = {"Max-Age=7776000", "Path=/", "HttpOnly", "SameSite=Lax", "Secure"}
    assert {*cookie.split("; ")[1:]} == attributes
    assert visitor.get(https=True).values("set-cookie") == []


def test_http_gets_a_plain_cookie(door: Door, open_shop: OpenShop) -> None:
    """Over http the cookie is `bw` without Secure, which a browser would refuse."""
    (cookie,) = door.visitor(open_shop()).get().values("set-cookie")
    assert cookie.startswith("bw=")
    assert {*cookie.split("; ")[1:]} == {"Max-Age=7776000", "Path=/", "HttpOnly", "SameSite=Lax"}


def test_the_cookie_of_a_domain_is_no_host_cookie(door: Door, open_shop: OpenShop) -> None:
    """A cookie with a domain of its own is `__Secure-` over https, as `__Host-` allows none."""
    settings = {"domain": "shop.example", "same_site": "strict", "max_age": "1d"}
    visitor = door.visitor(open_shop(cookie=settings))
    (cookie,) = visitor.get(https=True).values("set-cookie")
    assert cookie.startswith("__Secure-bw=")
    assert {*cookie.split("; ")[1:]} >= {"Max-Age=86400", "Domain=shop.example", "SameSite=Strict"}


def test_a_page_for_shared_caches_is_warned_of_once(
    door: Door, open_shop: OpenShop, caplog: pytest.LogCaptureFixture
) -> None:
    """If the app calls a page of an experiment public, one clear warning is logged, not more."""
    headers: Pairs = (("cache-control", "max-age=1"), ("cache-control", "s-maxage=60"))
    ask = door.ask(open_shop(), lambda seen: Reply(headers=headers))
    with caplog.at_level(logging.WARNING, "banditware"):
        for _ in range(3):
            ask(Request())
    (record,) = caplog.records
    assert "Cache-Control" in record.getMessage()
    assert record.levelname == "WARNING"


@pytest.mark.parametrize("value", ["max-age=60", "private, s-maxage=60", "no-store", ""])
def test_a_page_for_one_visitor_is_not_warned_of(
    door: Door, open_shop: OpenShop, caplog: pytest.LogCaptureFixture, value: str
) -> None:
    """A page that no shared cache keeps, or that the app calls private, needs no warning."""
    served(door, open_shop, (("cache-control", value),))
    assert caplog.records == []
