"""A little site for a browser, and what it is asked for."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from socketserver import ThreadingMixIn
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from banditware import Bandit, current_visit, wrap

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

HEADLINE: dict[str, Any] = {
    "arms": {"casual": "Hey, wanna buy me?", "formal": "Good day. Care to purchase?"},
    "goal": "click",
    "page_goals": {"click": [0, 1]},
}

PAGE = """<!doctype html><title>shop</title><link rel="icon" href="data:,">
<body style="font: 24px sans-serif; margin: 40px"><h1 id="headline">{headline}</h1>
<button id="buy">Buy</button> <script src="/page.js" defer></script>{beacon}</body>"""

START = """<!doctype html><title>start</title><link rel="icon" href="data:,">
<body style="font: 24px sans-serif; margin: 40px"><a id="next" href="/">To the shop</a>
<script type="speculationrules">{"prerender": [{"urls": ["/"], "eagerness": "immediate"}]}</script>
<script>(async () => {
  while (await (await fetch("/go")).text() !== "go") await new Promise((go) => setTimeout(go, 50));
  location.href = "/";
})();</script></body>"""

SCRIPT = """document.querySelector("#buy").addEventListener("click", () => {
  banditware.reward("headline", { goal: "click" });
  document.querySelector("#buy").textContent = "Bought";
});"""

#: Only scripts of the site's own files.
POLICY = ("Content-Security-Policy", "default-src 'self'; style-src 'unsafe-inline'; img-src data:")


def answer(environ: WSGIEnvironment, start_response: StartResponse, go: str) -> Iterable[bytes]:
    """Answer like a shop that knows nothing of beacons but the tag."""
    headers = [("Content-Type", "text/html; charset=utf-8")]
    path = environ["PATH_INFO"]
    status = "404 Not Found" if path == "/broken" else "200 OK"
    if path == "/page.js":
        headers, text = [("Content-Type", "text/javascript")], SCRIPT
    elif path in {"/", "/broken"}:
        visit = current_visit()
        headers.append(POLICY)
        text = PAGE.format(headline=visit["headline"], beacon=visit.beacon())
    elif path == "/plain":
        text = f"<!doctype html><title>plain</title>{current_visit()['headline']}"
    else:
        text = START if path == "/start" else go
    start_response(status, headers)
    return [text.encode()]


@dataclass
class Site:
    """A site that a browser can visit.

    Attributes:
        url: where it is.
        bandit: what it counts.
        go: `go` lets the start page go on to the shop.
        asked: method, path and `Sec-Purpose` of every request, in order.
    """

    url: str
    bandit: Bandit
    go: str = "wait"
    asked: list[tuple[str, str, str]] = field(default_factory=list)

    def times(self, method: str, path: str) -> int:
        """Return how often a path was asked for."""
        return sum(each[:2] == (method, path) for each in self.asked)

    def counts(self) -> tuple[int, int]:
        """Return the pulls and rewards of all arms."""
        arms = self.bandit.stats("headline")["arms"].values()
        return sum(arm["pulls"] for arm in arms), sum(arm["rewards"] for arm in arms)

    def excluded(self) -> dict[str, int]:
        """Return what was not counted, by reason."""
        return dict(self.bandit.stats("headline")["excluded"])


class ThreadingServer(ThreadingMixIn, WSGIServer):
    """A server with a thread for every request."""

    daemon_threads = True


class Quiet(WSGIRequestHandler):
    """Logs nothing."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class's name
        """Say nothing."""


@contextmanager
def serving() -> Iterator[Site]:
    """Serve the site, with a headline whose pulls wait until it is seen."""
    config = {
        "secret_keys": ["a secret of the tests"],
        "store": "memory://",
        "count": "beacon",
        "experiments": {"headline": HEADLINE},
        "routes": [{"match": "GET /", "choose": "headline"}],
    }
    with Bandit.from_config(config) as bandit:
        site = Site("", bandit)

        def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            return answer(environ, start_response, site.go)

        wrapped = wrap(app, bandit)

        def noting(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            purpose = environ.get("HTTP_SEC_PURPOSE", "")
            site.asked.append((environ["REQUEST_METHOD"], environ["PATH_INFO"], purpose))
            return wrapped(environ, start_response)  # type: ignore[no-any-return]  # an app

        with make_server("127.0.0.1", 0, noting, ThreadingServer, Quiet) as server:
            site.url = f"http://127.0.0.1:{server.server_port}"
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
            thread.start()
            try:
                yield site
            finally:
                server.shutdown()
                thread.join()
