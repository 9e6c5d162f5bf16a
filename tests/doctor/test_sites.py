"""A running site as its visitors find it: in front of the real app stand proxies with mistakes."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest

from banditware import Bandit, wrap
from banditware.doctor import asking
from banditware.doctor.asking import Ask, Reply
from banditware.doctor.findings import Finding, Level
from banditware.doctor.sites import GUESTS, examine_site
from tests.wires.shop import OpenShop, counted, shops
from tests.wires.visitors import Reply as Answer
from tests.wires.visitors import Request, View, wsgi_entry

URL = "http://shop.example/"

TELLING = {"debug": {"header": True}}

BY_ARM = {**TELLING, "caching": "by_arm"}

Between = Callable[[Ask], Ask]


@pytest.fixture
def open_shop() -> Iterator[OpenShop]:
    """Open bandits that are closed after the test."""
    with shops() as opened:
        yield opened


def page(headers: tuple[tuple[str, str], ...] = (), status: int = 200) -> View:
    return lambda seen: Answer(status, headers)


def asking_app(shop: Bandit, view: View) -> Ask:
    """Return what asks the app itself, with nothing between."""
    app = wsgi_entry(view, lambda inner: wrap(inner, shop))

    def ask(url: str, headers: Mapping[str, str]) -> Reply:
        parts = urlsplit(url)
        sent = tuple((name.lower(), value) for name, value in headers.items())
        https = parts.scheme == "https"
        answer = app(Request(path=parts.path, query=parts.query, headers=sent, https=https))
        return Reply(answer.status, answer.headers, answer.body)

    return ask


def direct(ask: Ask) -> Ask:
    return ask


def remembering(*, only_known: bool = False) -> Between:
    """A cache that keeps everything, or everything of those with a cookie, for everybody."""

    def between(ask: Ask) -> Ask:
        kept: list[Reply] = []

        def cached(url: str, headers: Mapping[str, str]) -> Reply:
            if only_known and "Cookie" not in headers:
                return ask(url, headers)
            if not kept:
                kept.append(ask(url, headers))
                return kept[0]
            return kept[0]._replace(headers=(*kept[0].headers, ("age", "7")))

        return cached

    return between


def without_request(name: str) -> Between:
    """A proxy that drops a request header."""

    def between(ask: Ask) -> Ask:
        return lambda url, headers: ask(url, {k: v for k, v in headers.items() if k != name})

    return between


def changing(change: Callable[[tuple[str, str]], tuple[str, str] | None]) -> Between:
    """A proxy that changes response headers."""

    def between(ask: Ask) -> Ask:
        def changed(url: str, headers: Mapping[str, str]) -> Reply:
            reply = ask(url, headers)
            return reply._replace(headers=tuple(filter(None, map(change, reply.headers))))

        return changed

    return between


def without(name: str) -> Between:
    """A proxy that drops a response header."""
    return changing(lambda pair: None if pair[0] == name else pair)


def adding(*pairs: tuple[str, str]) -> Between:
    """A proxy that adds response headers."""

    def between(ask: Ask) -> Ask:
        def added(url: str, headers: Mapping[str, str]) -> Reply:
            reply = ask(url, headers)
            return reply._replace(headers=(*reply.headers, *pairs))

        return added

    return between


PLAIN = page()


def found(shop: Bandit, between: Between, *, url: str = URL, view: View = PLAIN) -> list[Finding]:
    return list(examine_site(shop.settings, url, between(asking_app(shop, view))))


def matters(findings: list[Finding]) -> dict[str, str]:
    return {each.check: each.level.value for each in findings if each.level is not Level.FINE}


MISTAKES: dict[str, tuple[Between, set[str]]] = {
    "none": (direct, set()),
    "keeps everything": (
        remembering(),
        {"shared cookies", "newcomers", "returning"},
    ),
    "keeps the pages of who is known": (remembering(only_known=True), {"arms"}),
    "drops Cookie": (without_request("Cookie"), {"returning"}),
    "drops Set-Cookie": (without("set-cookie"), {"cookie"}),
    "drops Cache-Control": (without("cache-control"), {"Cache-Control"}),
    "says something else": (
        changing(lambda pair: ("cache-control", "public") if pair[0] == "cache-control" else pair),
        {"Cache-Control"},
    ),
    "drops Vary": (without("vary"), {"Vary"}),
    "says Vary: *": (
        changing(lambda pair: ("vary", "*") if pair[0] == "vary" else pair),
        set(),
    ),
    "says so": (adding(("x-cache", "HIT from cache")), {"newcomers"}),
    "misses": (adding(("x-cache", "MISS"), ("age", "0")), set()),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_mistakes_of_proxies(open_shop: OpenShop, case: str) -> None:
    """Each mistake is found under its name, and nothing else is."""
    between, expected = MISTAKES[case]
    findings = found(open_shop(**TELLING), between)
    assert {*matters(findings)} == expected
    for each in findings:
        if each.level is not Level.FINE:
            assert each.why
            assert each.mend
            assert "{{" not in each.mend


def test_a_cookie_that_is_replaced(open_shop: OpenShop) -> None:
    """Who gets another cookie on the way back is lost, and their arms with them."""

    def between(ask: Ask) -> Ask:
        def replaced(url: str, headers: Mapping[str, str]) -> Reply:
            reply = ask(url, headers)
            junk = (("set-cookie", "bw=junk"),) if "Cookie" in headers else ()
            return reply._replace(headers=(*reply.headers, *junk))

        return replaced

    findings = matters(found(open_shop(**TELLING), between))
    assert findings == {"returning": "danger", "arms": "note"}


def test_visitors_are_counted(open_shop: OpenShop) -> None:
    """The newcomers that are sent are pulls, once each."""
    shop = open_shop(**TELLING)
    found(shop, direct)
    assert counted(shop).pulls == GUESTS


def test_https(open_shop: OpenShop) -> None:
    """Over https the cookie has its other name."""
    assert matters(found(open_shop(**TELLING), direct, url="https://shop.example/")) == {}


@pytest.mark.parametrize("only_known", [False, True])
def test_etags_tell_arms(open_shop: OpenShop, only_known: bool) -> None:
    """Without the debug header, the mark of an ETag tells whether a page is that of the arm."""
    between = remembering(only_known=True) if only_known else direct
    view = page((("etag", '"x"'),))
    findings = matters(found(open_shop(), between, view=view))
    assert findings == ({"arms": "danger"} if only_known else {})


@pytest.mark.parametrize("etag", [(), (("etag", '"own"'),)])
def test_a_page_that_does_not_tell(open_shop: OpenShop, etag: Any) -> None:
    """If nothing tells the arms, a note says how to let it."""
    between = direct if not etag else changing(lambda pair: etag[0] if pair[0] == "etag" else pair)
    findings = found(open_shop(), between, view=page(etag))
    assert matters(findings) == {"arms": "note"}
    (told,) = (each for each in findings if each.check == "arms")
    assert "debug: {header: true}" in told.mend


def test_the_holdout_gets_the_default(open_shop: OpenShop) -> None:
    """Who is held out sees the default, which is right."""
    experiments = {"color": {"arms": ["red", "blue"], "holdout": "99%"}}
    assert matters(found(open_shop(**TELLING, experiments=experiments), direct)) == {}


def test_other_keys(open_shop: OpenShop) -> None:
    """Cookies that the configuration cannot verify are found."""
    shop, other = open_shop(**TELLING), open_shop(**TELLING, secret_keys=["another secret"])
    findings = list(examine_site(other.settings, URL, asking_app(shop, page())))
    assert matters(findings) == {"cookie": "danger"}


def test_a_page_without_experiments(open_shop: OpenShop) -> None:
    """A page on which no route chooses is told, and visited once."""
    findings = found(open_shop(**TELLING), direct, url=f"{URL}plain")
    assert matters(findings) == {"page": "warning"}
    assert len(findings) == 2


def test_a_page_that_is_not_there(open_shop: OpenShop) -> None:
    """An error page is told; it shows no arm."""
    shop = open_shop(**TELLING)
    findings = matters(found(shop, direct, view=page(status=500)))
    assert findings == {"site": "warning"}


@pytest.mark.parametrize("error", [OSError("refused"), TimeoutError()])
def test_a_site_that_cannot_be_reached(open_shop: OpenShop, error: OSError) -> None:
    """No answer is a danger that says why."""

    def away(url: str, headers: Mapping[str, str]) -> Reply:
        raise error

    (finding,) = found(open_shop(**TELLING), lambda ask: away)
    assert finding.level is Level.DANGER
    assert (str(error) or "TimeoutError") in finding.what


PUBLIC = page((("cache-control", "public, max-age=60"),))


def test_pages_by_arm_that_no_cache_keeps(open_shop: OpenShop) -> None:
    """Without a cache that knows arms, `by_arm` does nothing, and clients may say arms."""
    findings = found(open_shop(**BY_ARM), direct, view=PUBLIC)
    assert matters(findings) == {"pages by arm": "note", "forged arms": "warning"}


def saying_arms(ask: Ask) -> Ask:
    """A cache that knows arms and keeps nothing; it hands on what is meant for it alone."""

    def said(url: str, headers: Mapping[str, str]) -> Reply:
        cookie = headers.get("Cookie", "")
        arm = next((each for each in ("red", "blue") if f"~{each}~" in cookie), "")
        if not arm:
            return ask(url, headers)
        reply = ask(url, {**headers, "X-BW-Arms": f"color~1~{arm}"})
        return reply._replace(headers=(*reply.headers, ("age", "3")))

    return said


def test_pages_by_arm_that_are_public_behind_the_cache(open_shop: OpenShop) -> None:
    """A page that is kept by arm has to be private for what is behind the cache."""
    findings = found(open_shop(**BY_ARM), saying_arms, view=PUBLIC)
    assert matters(findings) == {"pages by arm": "warning"}


def test_pages_by_arm(open_shop: OpenShop) -> None:
    """Nothing is the matter if it is."""

    def between(ask: Ask) -> Ask:
        return adding(("cache-control", "private"))(saying_arms(ask))

    assert matters(found(open_shop(**BY_ARM), between, view=PUBLIC)) == {}


@contextmanager
def serving() -> Iterator[int]:
    """Run a server that answers what it was asked."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = f"{self.path} {self.headers['User-Agent']} {self.headers['Cookie']}".encode()
            self.send_response(302)
            self.send_header("Location", "/elsewhere")
            self.send_header("Set-Cookie", "a=1")
            self.send_header("Set-Cookie", "b=2")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: Any) -> None:
            """Say nothing."""

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_asking_a_real_server() -> None:
    """A site is asked as a browser asks, once, and not where it sends."""
    with serving() as port:
        reply = asking.ask(f"http://127.0.0.1:{port}/a?b=c", {"Cookie": "x=y"})
        root = asking.ask(f"http://127.0.0.1:{port}", {})
        with pytest.raises(OSError, match=r"(?i)ssl"):
            asking.ask(f"https://127.0.0.1:{port}/", {})
    assert (reply.status, reply.all("set-cookie")) == (302, "a=1, b=2")
    assert reply.body == f"/a?b=c {asking.AGENT} x=y".encode()
    assert root.body.startswith(b"/ ")
