"""Plain middleware for any WSGI app (PEP 3333).

Translates and delegates: an `if` about arms does not belong here.

`banditware.wsgi:application` is an app named by the environment, wrapped: see `application`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeAlias

from banditware.bandit import Bandit
from banditware.current import VISIT_KEY, leave, visit_of_context
from banditware.http import NO_EFFECTS, WSGI_HEADERS, Effects, without_port
from banditware.merging import Merging
from banditware.visit import Visit

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

ErrorInfo: TypeAlias = (
    "tuple[type[BaseException], BaseException, TracebackType] | tuple[None, None, None]"
)


class EnvironFacts:
    """What a WSGI environ says of a request, read when it is asked for."""

    __slots__ = ("_environ",)

    def __init__(self, environ: WSGIEnvironment) -> None:
        self._environ = environ

    @property
    def method(self) -> str:
        """The request method, in capitals."""
        method: str = self._environ["REQUEST_METHOD"]
        return method

    @property
    def path(self) -> str:
        """The path as text: servers hand over its bytes as latin-1, whatever they mean."""
        environ = self._environ
        return _decoded(environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", ""))

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


class BelowMount(EnvironFacts):
    """The same for apps whose routes are matched below their mount point."""

    __slots__ = ()

    @property
    def path(self) -> str:
        """The path as text, without the mount point."""
        return _decoded(self._environ.get("PATH_INFO", ""))


def _decoded(path: str) -> str:
    if path.isascii():
        return path or "/"
    return path.encode("latin-1", "replace").decode("utf-8", "replace")


def _key(name: str) -> str:
    return "HTTP_" + name.upper().replace("-", "_")


#: Spelt out for the headers that are asked for on every visit.
_KEYS = {name: _key(name) for name in ("cookie", "user-agent", "sec-purpose", "purpose", "x-moz")}


class WSGIMiddleware:
    """Wraps a WSGI app. Keep one as long as the app lives.

    Attributes:
        app: the wrapped app.
        bandit: decides and counts; read `environ["banditware.visit"]` for the request's part.
    """

    def __init__(self, app: WSGIApplication, bandit: Bandit) -> None:
        self.app = app
        self.bandit = bandit
        self._facts = BelowMount if bandit.settings.below_mount else EnvironFacts
        self._merging = Merging(WSGI_HEADERS)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request; what the app returns goes on unchanged whenever that can be."""
        if VISIT_KEY in environ:  # wrapped twice: the outer one counts
            return self.app(environ, start_response)
        bandit = self.bandit
        visit = bandit.begin(self._facts(environ))
        environ[VISIT_KEY] = visit
        if visit.rewrite is not None:
            environ["PATH_INFO"] = visit.rewrite.encode().decode("latin-1")
        response = _Response(bandit, visit, start_response, self._merging)
        token = visit_of_context.set(visit)
        try:
            body = self.app(environ, response.start)
            if not response.started:
                return _Body(body, response, visit)
        finally:
            leave(token)
        response.complete()
        return body


class _Response:
    """One response: merges effects when it starts, records them when it is complete."""

    __slots__ = ("_bandit", "_effects", "_merging", "_start_response", "_visit", "started")

    def __init__(
        self,
        bandit: Bandit,
        visit: Visit,
        start_response: StartResponse,
        merging: Merging[str],
    ) -> None:
        self._bandit = bandit
        self._visit = visit
        self._start_response = start_response
        self._merging = merging
        self._effects: Effects = NO_EFFECTS
        self.started = False

    def start(
        self, status: str, headers: list[tuple[str, str]], exc_info: ErrorInfo | None = None
    ) -> Callable[[bytes], object]:
        """Stand in for `start_response`; called again, the new status counts."""
        self.started = True
        visit = self._visit
        if visit.touched:
            effects = self._effects = self._bandit.finish(visit, str(status)[:3], headers)
            headers = self._merging(headers, effects, visit.ground.fault)
        else:
            visit.started = True
        if exc_info is None:
            return self._start_response(status, headers)
        try:
            return self._start_response(status, headers, exc_info)
        finally:
            exc_info = None  # which holds this frame, if the server raised it

    def complete(self) -> None:
        """Record the effects, once."""
        records = self._effects.records
        if records:
            self._effects = NO_EFFECTS
            self._bandit.record(records)


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


def __getattr__(name: str) -> Any:
    """Build `application` from BANDITWARE_APP and BANDITWARE_CONFIG when a server first asks."""
    if name != "application":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from banditware.wrap import application_from_environment  # noqa: PLC0415  # it imports this

    application = globals()[name] = application_from_environment("wsgi")
    return application
