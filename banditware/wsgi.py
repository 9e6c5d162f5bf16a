"""Plain middleware for any WSGI app (PEP 3333).

Translates and delegates: an `if` about arms does not belong here.

`banditware.wsgi:application` is an app named by the environment, wrapped: see `application`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeAlias

from banditware.afterwards import ATTENDED, attended
from banditware.answering import wsgi_app
from banditware.bandit import Bandit
from banditware.current import VISIT_KEY, leave, visit_of_context
from banditware.events.happened import Happened
from banditware.http import WSGI_HEADERS, without_port
from banditware.merging import Merging
from banditware.validators import to_environ
from banditware.visit import Visit

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

ErrorInfo: TypeAlias = (
    "tuple[type[BaseException], BaseException, TracebackType] | tuple[None, None, None]"
)


class EnvironFacts:
    """What a WSGI environ says of a request; what not every request needs is read when asked for.

    Attributes:
        method: the request method, in capitals.
        path: the path as text: servers hand over its bytes as latin-1, whatever they mean.
    """

    __slots__ = ("_environ", "method", "path")

    def __init__(self, environ: WSGIEnvironment, *, below_mount: bool = False) -> None:
        """Read the environ; `below_mount` takes the mount point from the path."""
        # A copy: the environ will hold the visit, and the visit these facts. Cycles cost garbage
        # collections, and keep what a request held until one comes.
        self._environ = environ.copy()
        self.method: str = environ.get("REQUEST_METHOD") or ""
        path: str = environ.get("PATH_INFO") or ""
        if not below_mount:
            path = (environ.get("SCRIPT_NAME") or "") + path
        if not path.isascii():
            path = path.encode("latin-1", "replace").decode("utf-8", "replace")
        self.path = path or "/"

    @property
    def host(self) -> str:
        """The requested host without its port, in lower case."""
        environ = self._environ
        return without_port(environ.get("HTTP_HOST") or environ.get("SERVER_NAME", ""))

    @property
    def secure(self) -> bool:
        """True if the request came by https."""
        return bool(self._environ.get("wsgi.url_scheme") == "https")

    @property
    def query(self) -> str:
        """The query string, still encoded."""
        return str(self._environ.get("QUERY_STRING", ""))

    def header(self, name: str) -> str:
        """Return a request header by its lower-case name, or an empty string."""
        return self._environ.get(_KEYS.get(name) or _key(name)) or ""


def _key(name: str) -> str:
    return "HTTP_" + name.upper().replace("-", "_")


#: Spelt out for the headers that are asked for on every visit.
_KEYS = {name: _key(name) for name in ("cookie", "user-agent", "sec-purpose", "purpose", "x-moz")}
_KEYS |= {name: _key(name) for name in ("if-none-match", "if-modified-since")}
_KEYS |= {"content-type": "CONTENT_TYPE", "content-length": "CONTENT_LENGTH"}


class WSGIMiddleware:
    """Wraps a WSGI app. Keep one as long as the app lives.

    Attributes:
        app: the wrapped app.
        bandit: decides and counts; read `environ["banditware.visit"]` for the request's part.
        merging: merges effects into the app's headers.
    """

    def __init__(self, app: WSGIApplication, bandit: Bandit) -> None:
        self.app = app
        self.bandit = bandit
        self._below_mount = bandit.settings.below_mount
        settings = bandit.settings
        self.merging = Merging(
            WSGI_HEADERS, bandit.hidden, settings.varies_on, by_arm=settings.by_arm
        )

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request; what the app returns goes on unchanged whenever that can be."""
        if VISIT_KEY in environ:  # wrapped twice: the outer one counts
            return self.app(environ, start_response)
        bandit = self.bandit
        if bandit.between is not None and ATTENDED not in environ:
            return attended(self, environ, start_response, bandit.between)
        visit = environ[VISIT_KEY] = bandit.begin(
            EnvironFacts(environ, below_mount=self._below_mount)
        )
        app = self.app
        if visit.diverted:
            if visit.rewrite is not None:
                environ["PATH_INFO"] = visit.rewrite.encode().decode("latin-1")
            if visit.answer is not None:
                app = wsgi_app(visit.answer)
            if visit.conditions is not None:
                to_environ(environ, visit.conditions)
        response = _Response(self, visit, start_response)
        token = visit_of_context.set(visit)
        try:
            body = app(environ, response.start)
            if not visit.started:
                return _Body(body, response, visit)
        finally:
            visit_of_context.reset(token)
        if response.records or response.events:
            response.complete()
        return body


class _Response:
    """One response: merges effects when it starts, records them when it is complete."""

    #: What to record once the response is complete.
    records: tuple[bytes, ...] = ()
    #: What to tell the decision log then.
    events: tuple[Happened, ...] = ()

    def __init__(
        self, middleware: WSGIMiddleware, visit: Visit, start_response: StartResponse
    ) -> None:
        self._middleware = middleware
        self._visit = visit
        self._start_response = start_response

    def start(
        self, status: str, headers: list[tuple[str, str]], exc_info: ErrorInfo | None = None
    ) -> Callable[[bytes], object]:
        """Stand in for `start_response`; called again, the new status counts."""
        visit = self._visit
        visit.started = True
        if visit.touched:
            headers = self._finished(status, headers)
        if exc_info is None:
            return self._start_response(status, headers)
        try:
            return self._start_response(status, headers, exc_info)
        finally:
            exc_info = None  # which holds this frame, if the server raised it

    def _finished(self, status: str, headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
        bandit, visit = self._middleware.bandit, self._visit
        effects = bandit.finish(visit, str(status)[:3], headers)
        self.records, self.events = effects.records, effects.events
        return self._middleware.merging(headers, effects, visit)

    def complete(self) -> None:
        """Record the effects, once."""
        records, self.records = self.records, ()
        events, self.events = self.events, ()
        if records or events:
            self._middleware.bandit.record(records, events)


class _Body:
    """A body that is still to be produced, in whose making the response starts."""

    def __init__(self, body: Iterable[bytes], response: _Response, visit: Visit) -> None:
        self._body = body
        self._chunks = iter(body)
        self._response = response
        self._visit = visit
        self._failed = False

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        token = visit_of_context.set(self._visit)
        try:
            return next(self._chunks)
        except StopIteration:
            self._response.complete()
            raise
        except BaseException:
            self._failed = True
            raise
        finally:
            leave(token)

    def close(self) -> None:
        """Close the app's body; a client that leaves early has still seen its arm."""
        try:
            close = getattr(self._body, "close", None)
            if close is not None:
                close()
        finally:
            if not self._failed:
                self._response.complete()


def build() -> Any:
    """Return `application`, for servers that do not ask a module for what is not there yet.

    uWSGI and Hypercorn are such: tell them to serve `banditware.wsgi:build()`.

    Raises:
        ConfigError: a variable is missing, names nothing, or the file has mistakes.
    """
    return globals().get("application") or __getattr__("application")


def __getattr__(name: str) -> Any:
    """Build `application` from BANDITWARE_APP and BANDITWARE_CONFIG when a server first asks."""
    if name != "application":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from banditware.wrap import application_from_environment  # noqa: PLC0415  # it imports this

    application = globals()[name] = application_from_environment("wsgi")
    return application
