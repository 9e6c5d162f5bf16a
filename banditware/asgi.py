"""Plain middleware for any ASGI 3 app.

Translates and delegates: an `if` about arms does not belong here. Messages and their header lists
are the app's: they are never changed, only replaced by copies.

`banditware.asgi:application` is an app named by the environment, wrapped: see `application`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable, Mapping, MutableMapping, Sequence
from typing import Any, TypeAlias
from urllib.parse import quote

from banditware.afterwards import ATTENDED, Attendant
from banditware.answering import asgi_app
from banditware.bandit import Bandit
from banditware.current import VISIT_KEY, leave, unanswered, visit_of_context
from banditware.http import ASGI_HEADERS, without_port
from banditware.merging import Merging
from banditware.validators import to_headers
from banditware.visit import Visit

Scope: TypeAlias = MutableMapping[str, Any]
Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
ASGIApplication: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]

#: Messages that carry the body, or a part of it with `more_body`.
_BODY = frozenset({"http.response.body", "http.response.pathsend", "http.response.zerocopysend"})


class ScopeFacts(dict[str, Any]):
    """What an ASGI scope says of a request: a copy of it, read when asked for.

    A copy, because the scope will hold the visit, and the visit these facts. Cycles cost garbage
    collections, and keep what a request held until one comes. Its headers are found by their names
    once one was asked for.
    """

    __slots__ = ()

    def key(self) -> Hashable:
        """Return what tells this method and path from others."""
        return self.get("method"), self.get("path"), self.get("root_path")

    @property
    def method(self) -> str:
        """The request method, in capitals."""
        return self.get("method") or ""

    @property
    def path(self) -> str:
        """The path as text; it includes `root_path`, as the specification has it."""
        return self.get("path") or "/"

    @property
    def host(self) -> str:
        """The requested host without its port, in lower case."""
        server = self.get("server") or ("",)
        return without_port(self.header("host") or str(server[0]))

    @property
    def secure(self) -> bool:
        """True if the request came by https."""
        return bool(self.get("scheme") == "https")

    @property
    def query(self) -> str:
        """The query string, still encoded."""
        query = self.get("query_string")
        return _text(query) if query else ""

    @property
    def conditional(self) -> bool:
        """True if it asks for a page only if that is another one than the browser has."""
        headers = self["headers"]
        if type(headers) is not dict:
            headers = self["headers"] = _by_name(headers)
        return b"if-none-match" in headers or b"if-modified-since" in headers

    def header(self, name: str) -> str:
        """Return a request header by its lower-case name, or an empty string.

        HTTP/2 may split the cookie header; its parts are joined again.
        """
        headers = self["headers"]
        if type(headers) is not dict:
            headers = self["headers"] = _by_name(headers)
        value = headers.get(_KEYS.get(name) or name.encode())
        if not value:
            return ""
        return value if type(value) is str else value.decode("latin-1")


class ScopeFactsBelowMount(ScopeFacts):
    """The same with the path below the app's mount point."""

    __slots__ = ()

    @property
    def path(self) -> str:
        """The path as text, without the mount point."""
        return (self.get("path") or "")[len(_mount(self)) :] or "/"


#: Spelt out for the headers that are asked for on every visit.
_KEYS = {
    name: name.encode()
    for name in ("cookie", "user-agent", "sec-purpose", "purpose", "x-moz", "sec-fetch-site")
}


def _mount(scope: Scope) -> str:
    """Return the mount point, if the path lies below it as the specification has it.

    `/shopping` does not lie below `/shop`; and old servers leave the mount point out of the path.
    """
    path, mount = scope.get("path") or "", scope.get("root_path") or ""
    below = path.startswith(mount) and path[len(mount) :][:1] in {"", "/"}
    return mount if below else ""


def _by_name(headers: Sequence[tuple[Any, Any]]) -> Mapping[bytes, bytes | str]:
    """Return headers by lower-case name; nearly all requests have each name once, and spell it so.

    The rest, and names that are not bytes, take twice the time.
    """
    plain = dict(headers)
    try:
        if len(plain) == len(headers) and b"".join(plain).islower():
            return plain
    except TypeError:
        pass
    found: dict[bytes, bytes] = {}
    for key, value in headers:
        name, text = _bytes(key).lower(), _bytes(value)
        found[name] = found[name] + b"; " + text if name in found else text
    return found


def _bytes(value: bytes | str) -> bytes:
    return value if isinstance(value, bytes) else value.encode("latin-1", "replace")


def _text(value: bytes | str) -> str:
    return value if isinstance(value, str) else value.decode("latin-1")


#: What holds headers that more than one may read; the specification allows any iterable.
_READ_TWICE: tuple[type, ...] = (list, tuple)


class ASGIMiddleware:
    """Wraps an ASGI app. Keep one as long as the app lives.

    Records are kept before the last part of a body goes out: who has a whole response can rely on
    its being counted, and background tasks run before the app returns.

    Attributes:
        app: the wrapped app.
        bandit: decides and counts; read `scope["banditware.visit"]` for the request's part.
        merging: merges effects into the app's headers.
    """

    def __init__(self, app: ASGIApplication, bandit: Bandit) -> None:
        self.app = app
        self.bandit = bandit
        settings = bandit.settings
        self._facts = ScopeFactsBelowMount if settings.below_mount else ScopeFacts
        self.merging = Merging(
            ASGI_HEADERS, bandit.hidden, settings.varies_on, by_arm=settings.by_arm
        )
        self._attendant = Attendant()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: C901  # calls cost
        """Answer a request; everything but http passes through untouched."""
        if scope["type"] != "http" or VISIT_KEY in scope:  # wrapped twice: the outer one counts
            await self._pass(scope, receive, send)
            return
        bandit = self.bandit
        if bandit.between is not None and ATTENDED not in scope:
            await self._attendant(self, (scope, receive, send), bandit.between)
            return
        if type(scope.get("headers")) is not list:
            scope["headers"] = list(scope.get("headers") or ())
        facts, ground = self._facts(scope), bandit._ground  # noqa: SLF001  # a call less
        barren = scope.get("path") in ground.barren and not scope.get("root_path")
        visit = ground.visit(ground, facts) if barren else bandit.begin(facts)
        scope[VISIT_KEY] = visit
        app = self.app
        if visit.touched and visit.diverted:
            app, scope = self._diverted(visit, scope)

        def sending(message: Message) -> Awaitable[None]:
            kind = message.get("type")
            if kind == "http.response.start":
                visit.started = True
                if visit.touched:
                    message = self._started(visit, message)
            elif visit.touched and kind in _BODY and not message.get("more_body"):
                bandit.complete(visit)
            return send(message)  # the server's own awaitable: no coroutine of ours

        token = visit_of_context.set(visit)
        try:
            await app(scope, receive, sending)
        except Exception:
            unanswered(visit)
            raise
        finally:
            leave(token)
        if visit.touched:
            bandit.complete(visit)

    def _diverted(self, visit: Visit, scope: Scope) -> tuple[ASGIApplication, Scope]:
        """Return what answers a request that is not simply the app's, and the scope it sees."""
        if visit.rewrite is not None:
            scope = _rewritten(scope, visit.rewrite)
        if visit.conditions is not None:
            scope = {**scope, "headers": to_headers(scope["headers"], visit.conditions)}
        return (self.app if visit.answer is None else asgi_app(visit.answer)), scope

    def _started(self, visit: Visit, message: Message) -> Message:
        headers: Any = message.get("headers") or ()
        if not isinstance(headers, _READ_TWICE):
            headers = list(headers)
            message = {**message, "headers": headers}
        effects = self.bandit.finish(visit, message.get("status", ""), headers)
        merged = self.merging(headers, effects, visit)
        return message if merged is headers else {**message, "headers": merged}

    async def _pass(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            await self.app(scope, receive, send)
            return

        async def flushing(message: Message) -> None:
            if message["type"].startswith("lifespan.shutdown"):
                self.bandit.settle()
            await send(message)

        await self.app(scope, receive, flushing)


def _rewritten(scope: Scope, path: str) -> Scope:
    """Return a copy of the scope for another path below the same mount point.

    A copy, because the server logs what its own scope says.
    """
    whole = _mount(scope) + path
    return {**scope, "path": whole, "raw_path": quote(whole, safe=_SAFE).encode()}


#: What a path may hold unquoted, beside letters and digits (RFC 3986, section 3.3).
_SAFE = "/-._~!$&'()*+,;=:@"


def build() -> Any:
    """Return `application`, for servers that do not ask a module for what is not there yet.

    uWSGI and Hypercorn are such: tell them to serve `banditware.asgi:build()`.

    Raises:
        ConfigError: a variable is missing, names nothing, or the file has mistakes.
    """
    return globals().get("application") or __getattr__("application")


def __getattr__(name: str) -> Any:
    """Build `application` from BANDITWARE_APP and BANDITWARE_CONFIG when a server first asks."""
    if name != "application":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from banditware.wrap import application_from_environment  # noqa: PLC0415  # it imports this

    application = globals()[name] = application_from_environment("asgi")
    return application
