"""Visitors with a cookie jar, and every way into an app that they can take.

A way in turns a view into an app, wraps it and sends requests to it. What holds for one holds for
all: a new adapter is one new row of `tests.wires.entries.ENTRIES`.
"""

from __future__ import annotations

import io
import urllib.parse
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from banditware import Bandit, Visit, wrap
from banditware.asgi import ASGIApplication, Message, Receive, Scope, Send
from tests.wires import asgi, wsgi
from tests.wires.shop import BROWSER

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Request:
    """One request; `user_agent` and `cookie` are headers of their own, because tests ask often."""

    method: str = "GET"
    path: str = "/"
    query: str = ""
    headers: Pairs = ()
    https: bool = False
    user_agent: str = BROWSER
    cookie: str | None = None
    body: bytes = b""

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """All headers, names in lower case."""
        agent = [("user-agent", self.user_agent)] if self.user_agent else []
        cookie = [] if self.cookie is None else [("cookie", self.cookie)]
        return [*agent, *cookie, *self.headers]


@dataclass(frozen=True)
class Reply:
    """One response; names of headers are in lower case."""

    status: int = 200
    headers: Pairs = (("content-type", "text/plain"),)
    chunks: tuple[bytes, ...] = (b"hello",)

    @property
    def body(self) -> bytes:
        """The whole body."""
        return b"".join(self.chunks)

    def values(self, name: str) -> list[str]:
        """Return the values of a header, in order."""
        return [value for key, value in self.headers if key == name]


@dataclass(frozen=True)
class Seen:
    """What the wrapped app sees of a request.

    Attributes:
        path: the path it is asked for.
        visit: the visit, from where the interface keeps it; None if the app is not wrapped.
        headers: the request headers, names in lower case.
    """

    path: str
    visit: Visit | None
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def shop(self) -> Visit:
        """The visit of an app that is wrapped."""
        assert self.visit is not None
        return self.visit


View = Callable[[Seen], Reply]
Ask = Callable[[Request], Reply]
Wrapper = Callable[[Any], Any]


def wsgi_entry(view: View, wrapper: Wrapper) -> Ask:
    """Send requests to the view as a WSGI app."""

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        headers = {
            key[5:].replace("_", "-").lower(): value
            for key, value in environ.items()
            if key.startswith("HTTP_")
        }
        reply = view(Seen(environ["PATH_INFO"], environ.get("banditware.visit"), headers))
        start_response(f"{reply.status} Status", list(reply.headers))
        return list(reply.chunks)

    return wsgi_ask(wrapper(app))


def wsgi_ask(wrapped: WSGIApplication) -> Ask:
    """Return what sends requests to a WSGI app."""

    def ask(request: Request) -> Reply:
        headers = {_environ_key(k): v for k, v in request.pairs}
        environ = wsgi.environ(
            request.method,
            request.path.encode().decode("latin-1"),
            **{
                "QUERY_STRING": request.query,
                "HTTP_USER_AGENT": "",
                "HTTP_HOST": "shop.example",
                "wsgi.input": io.BytesIO(request.body),
                "wsgi.url_scheme": "https" if request.https else "http",
                **headers,
            },
        )
        served = wsgi.serve(wrapped, environ)
        pairs = tuple((key.lower(), value.strip()) for key, value in served.headers)
        return Reply(int(served.status[:3]), pairs, tuple(served.written))

    return ask


def _environ_key(name: str) -> str:
    """Return where a header stands in an environ."""
    key = name.upper().replace("-", "_")
    return key if key in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{key}"


def asgi_entry(view: View, wrapper: Wrapper) -> Ask:
    """Send requests to the view as an ASGI app."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        headers = {k.decode(): v.decode("latin-1") for k, v in scope["headers"]}
        reply = view(Seen(scope["path"], scope.get("banditware.visit"), headers))
        pairs = [(k.encode("latin-1"), v.encode("latin-1")) for k, v in reply.headers]
        await send(asgi.start(reply.status, *pairs))
        for chunk in reply.chunks:
            await send(asgi.body(chunk, more=True))
        await send(asgi.body(b""))

    return asgi_ask(wrapper(app))


def asgi_ask(wrapped: ASGIApplication) -> Ask:
    """Return what sends requests to an ASGI app."""

    def ask(request: Request) -> Reply:
        named = any(key == "host" for key, _ in request.pairs)
        pairs = [*([] if named else [("host", "shop.example")]), *request.pairs]
        scope = asgi.scope(
            request.method,
            request.path,
            raw_path=urllib.parse.quote(request.path).encode(),
            query_string=request.query.encode(),
            scheme="https" if request.https else "http",
            headers=[(k.encode(), v.encode("latin-1")) for k, v in pairs],
        )
        sent: Message = {"type": "http.request", "body": request.body, "more_body": False}
        served = asgi.serve(wrapped, scope, [sent])
        headers = tuple(
            (k.decode().lower(), v.decode("latin-1")) for k, v in served.start["headers"]
        )
        chunks = tuple(m["body"] for m in served.sent if m.get("body"))
        return Reply(served.start["status"], headers, chunks)

    return ask


Entry = Callable[[View, Wrapper], Ask]


def hello(seen: Seen) -> Reply:
    """A view that knows nothing of experiments."""
    return Reply()


@dataclass
class Visitor:
    """Somebody with a browser that keeps cookies."""

    ask: Ask
    jar: dict[str, str] = field(default_factory=dict)

    def get(self, path: str = "/", **more: Any) -> Reply:
        """Request a page."""
        return self.send(Request(path=path, **more))

    def post(self, path: str = "/buy", **more: Any) -> Reply:
        """Send a form."""
        return self.send(Request("POST", path, **more))

    def send(self, request: Request) -> Reply:
        """Send a request with the cookies, and keep those of the response."""
        if self.jar and request.cookie is None:
            cookie = "; ".join(f"{name}={value}" for name, value in self.jar.items())
            request = replace(request, cookie=cookie)
        reply = self.ask(request)
        for each in reply.values("set-cookie"):
            name, _, value = each.partition(";")[0].partition("=")
            self.jar[name] = value
        return reply


@dataclass
class Door:
    """One way in for tests: opens shops and sends visitors."""

    entry: Entry

    def ask(self, bandit: Bandit, view: View = hello) -> Ask:
        """Return what sends requests to the wrapped view."""
        return self.entry(view, lambda app: wrap(app, bandit))

    def bare(self, view: View = hello) -> Ask:
        """Return what sends requests to the view as it is, without banditware."""
        return self.entry(view, lambda app: app)

    def visitor(self, bandit: Bandit, view: View = hello) -> Visitor:
        """Return somebody new, in front of the wrapped view."""
        return Visitor(self.ask(bandit, view))
