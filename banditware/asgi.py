"""Plain middleware for any ASGI 3 app.

Translates and delegates: an `if` about arms does not belong here. Messages and their header lists
are the app's: they are never changed, only replaced by copies.

`banditware.asgi:application` is an app named by the environment, wrapped: see `application`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, TypeAlias
from urllib.parse import quote
from weakref import ref

from banditware.afterwards import ATTENDED, Attendant
from banditware.answering import asgi_app
from banditware.bandit import Bandit
from banditware.current import VISIT_KEY, leave, unanswered, visit_of_context
from banditware.http import ASGI_HEADERS, SERVED_AGAIN
from banditware.merging import Merging
from banditware.scope_facts import ScopeFacts, ScopeFactsBelowMount, mount
from banditware.unread import UnreadVisit
from banditware.validators import to_headers
from banditware.visit import Visit

Scope: TypeAlias = MutableMapping[str, Any]
Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
ASGIApplication: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]

#: Messages that carry the body, or a part of it with `more_body`.
_BODY = frozenset({"http.response.body", "http.response.pathsend", "http.response.zerocopysend"})


class UnreadScope(UnreadVisit):
    """The visit of an ASGI request that nobody has asked anything of."""

    reads = (ScopeFacts, ScopeFactsBelowMount)


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
        self._facts = UnreadScope.reads[settings.below_mount]
        self.merging = Merging(
            ASGI_HEADERS, bandit.hidden, settings.varies_on, by_arm=settings.by_arm
        )
        self._attendant = Attendant()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request; everything but http passes through untouched."""
        bandit = self.bandit
        if (
            scope["type"] != "http"
            or VISIT_KEY in scope
            or type(scope.get("headers")) is not list
            or (bandit.between is not None and ATTENDED not in scope)
        ):
            await self._unusual(scope, receive, send)
            return
        ground = bandit._ground  # noqa: SLF001  # as below: a call less
        if scope.get("path") in ground.barren and not scope.get("root_path"):
            visit: Visit = UnreadScope()
            visit._ground, visit.said = ground, {**scope}  # noqa: SLF001
            visit.started = visit.touched = False
            app, scope[VISIT_KEY] = self.app, visit
        else:
            scope[VISIT_KEY] = visit = bandit.begin(self._facts(scope))
            app, scope = self._diverted(visit, scope) if visit.diverted else (self.app, scope)

        def sending(message: Message) -> Awaitable[None]:
            if message.get("type") == "http.response.start":
                visit.started = True
                if visit.touched:
                    message = self._started(visit, message)
            elif visit.touched and visit.due and _ends(message):
                self.bandit.complete(visit)  # a cell less than `bandit` would be
            return send(message)  # the server's own awaitable: no coroutine of ours

        token = visit_of_context.set(ref(visit))
        try:
            await app(scope, receive, sending)
        except Exception:
            unanswered(visit)
            raise
        finally:
            leave(token)
        if visit.touched and visit.due:
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
        if visit._unsettled or visit._watched or not visit._decisions:  # noqa: SLF001  # a call less
            effects = self.bandit.finish(visit, message.get("status", ""), headers)
        else:  # as with nearly everybody who comes back
            effects = visit.effects = SERVED_AGAIN
        merged = self.merging(headers, effects, visit)
        return message if merged is headers else {**message, "headers": merged}

    async def _unusual(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Do what few requests need before they are answered, and answer."""
        between = self.bandit.between
        if scope["type"] == "lifespan":
            await self._live(scope, receive, send)
        elif scope["type"] != "http" or VISIT_KEY in scope:  # wrapped twice: the outer one counts
            await self.app(scope, receive, send)
        elif between is not None and ATTENDED not in scope:
            await self._attendant(self, (scope, receive, send), between)
        else:  # any iterable is allowed
            scope["headers"] = list(scope.get("headers") or ())
            await self(scope, receive, send)

    async def _live(self, scope: Scope, receive: Receive, send: Send) -> None:

        async def flushing(message: Message) -> None:
            if message["type"].startswith("lifespan.shutdown"):
                self.bandit.settle()
            await send(message)

        await self.app(scope, receive, flushing)


def _ends(message: Message) -> bool:
    """Return True for the last part of a body."""
    return message.get("type") in _BODY and not message.get("more_body")


def _rewritten(scope: Scope, path: str) -> Scope:
    """Return a copy of the scope for another path below the same mount point.

    A copy, because the server logs what its own scope says.
    """
    whole = mount(scope) + path
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
