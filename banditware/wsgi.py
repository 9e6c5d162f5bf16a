"""Plain middleware for any WSGI app (PEP 3333).

Translates and delegates: an `if` about arms does not belong here.

`banditware.wsgi:application` is an app named by the environment, wrapped: see `application`.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeAlias

from banditware.afterwards import ATTENDED, attended
from banditware.answering import wsgi_app
from banditware.bandit import Bandit
from banditware.current import VISIT_KEY, leave, unanswered, visit_of_context
from banditware.http import WSGI_HEADERS, without_port
from banditware.merging import Merging
from banditware.validators import to_environ
from banditware.visit import Visit

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

ErrorInfo: TypeAlias = (
    "tuple[type[BaseException], BaseException, TracebackType] | tuple[None, None, None]"
)


class EnvironFacts(dict[str, Any]):
    """What a WSGI environ says of a request: a copy of it, read when asked for.

    A copy, because the environ will hold the visit, and the visit these facts. Cycles cost garbage
    collections, and keep what a request held until one comes.
    """

    __slots__ = ()

    def key(self) -> Hashable:
        """Return what tells this method and path from others."""
        return self.get("REQUEST_METHOD"), self.get("SCRIPT_NAME"), self.get("PATH_INFO")

    @property
    def method(self) -> str:
        """The request method, in capitals."""
        return self.get("REQUEST_METHOD") or ""

    @property
    def path(self) -> str:
        """The path as text, mount point included."""
        return _path((self.get("SCRIPT_NAME") or "") + (self.get("PATH_INFO") or ""))

    @property
    def host(self) -> str:
        """The requested host without its port, in lower case."""
        return without_port(self.get("HTTP_HOST") or self.get("SERVER_NAME", ""))

    @property
    def secure(self) -> bool:
        """True if the request came by https."""
        return bool(self.get("wsgi.url_scheme") == "https")

    @property
    def query(self) -> str:
        """The query string, still encoded."""
        return str(self.get("QUERY_STRING", ""))

    @property
    def conditional(self) -> bool:
        """True if it asks for a page only if that is another one than the browser has."""
        return "HTTP_IF_NONE_MATCH" in self or "HTTP_IF_MODIFIED_SINCE" in self

    def header(self, name: str) -> str:
        """Return a request header by its lower-case name, or an empty string."""
        return self.get(_KEYS.get(name) or _key(name)) or ""


class EnvironFactsBelowMount(EnvironFacts):
    """The same with the path below the app's mount point."""

    __slots__ = ()

    @property
    def path(self) -> str:
        """The path as text, without the mount point."""
        return _path(self.get("PATH_INFO") or "")


def _path(path: str) -> str:
    """Return a path as text: servers hand over its bytes as latin-1, whatever they mean."""
    if not path.isascii():
        path = path.encode("latin-1", "replace").decode("utf-8", "replace")
    return path or "/"


def _key(name: str) -> str:
    return "HTTP_" + name.upper().replace("-", "_")


#: Spelt out for the headers that are asked for on every visit.
_KEYS = {
    name: _key(name)
    for name in ("cookie", "user-agent", "sec-purpose", "purpose", "x-moz", "sec-fetch-site")
}
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
        settings = bandit.settings
        self._facts = EnvironFactsBelowMount if settings.below_mount else EnvironFacts
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
        facts, ground = self._facts(environ), bandit._ground  # noqa: SLF001  # a call less
        barren = environ.get("PATH_INFO") in ground.barren and not environ.get("SCRIPT_NAME")
        visit = ground.visit(ground, facts) if barren else bandit.begin(facts)
        environ[VISIT_KEY] = visit
        app = self._diverted(visit, environ) if visit.touched and visit.diverted else self.app

        def start(
            status: str, headers: list[tuple[str, str]], exc_info: ErrorInfo | None = None
        ) -> Callable[[bytes], object]:
            visit.started = True
            if visit.touched:
                headers = self._merged(visit, status, headers)
            if exc_info is None:
                return start_response(status, headers)
            try:
                return start_response(status, headers, exc_info)
            finally:
                exc_info = None  # which holds this frame, if the server raised it

        token = visit_of_context.set(visit)
        try:
            body = app(environ, start)
            if not visit.started:
                return _Body(body, bandit, visit)
        except Exception:
            unanswered(visit)
            raise
        finally:
            visit_of_context.reset(token)
        if visit.touched:
            bandit.complete(visit)
        return body

    def _diverted(self, visit: Visit, environ: WSGIEnvironment) -> WSGIApplication:
        """Return what answers a request that is not simply the app's, which sees its path."""
        if visit.rewrite is not None:
            environ["PATH_INFO"] = visit.rewrite.encode().decode("latin-1")
        if visit.conditions is not None:
            to_environ(environ, visit.conditions)
        return self.app if visit.answer is None else wsgi_app(visit.answer)

    def _merged(
        self, visit: Visit, status: str, headers: list[tuple[str, str]]
    ) -> list[tuple[str, str]]:
        """Return the headers of a response that starts; started anew, the new status counts."""
        effects = self.bandit.finish(visit, str(status)[:3], headers)
        return self.merging(headers, effects, visit)


class _Body:
    """A body that is still to be produced, in whose making the response starts."""

    def __init__(self, body: Iterable[bytes], bandit: Bandit, visit: Visit) -> None:
        self._body = body
        self._chunks = iter(body)
        self._bandit = bandit
        self._visit = visit
        self._failed = False

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        token = visit_of_context.set(self._visit)
        try:
            return next(self._chunks)
        except StopIteration:
            self._bandit.complete(self._visit)
            raise
        except BaseException as error:
            self._failed = True
            if isinstance(error, Exception):
                unanswered(self._visit)
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
                self._bandit.complete(self._visit)


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
