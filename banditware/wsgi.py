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
from banditware.current import VISIT_KEY, leave, unanswered, visit_of_context
from banditware.environ_facts import EnvironFacts, EnvironFactsBelowMount
from banditware.http import SERVED_AGAIN, WSGI_HEADERS
from banditware.merging import Merging
from banditware.unread import UnreadVisit
from banditware.validators import to_environ
from banditware.visit import Visit

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_Headers: TypeAlias = list[tuple[str, str]]
_Write: TypeAlias = Callable[[bytes], object]
ErrorInfo: TypeAlias = (
    "tuple[type[BaseException], BaseException, TracebackType] | tuple[None, None, None]"
)


class UnreadEnviron(UnreadVisit):
    """The visit of a WSGI request that nobody has asked anything of."""

    reads = (EnvironFacts, EnvironFactsBelowMount)


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
        self._facts = UnreadEnviron.reads[settings.below_mount]
        self.merging = Merging(
            WSGI_HEADERS, bandit.hidden, settings.varies_on, by_arm=settings.by_arm
        )

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request; what the app returns goes on unchanged whenever that can be."""
        bandit = self.bandit
        if VISIT_KEY in environ or (bandit.between is not None and ATTENDED not in environ):
            return self._unusual(environ, start_response)
        ground = bandit._ground  # noqa: SLF001  # as below: a call less
        if environ.get("PATH_INFO") in ground.barren and not environ.get("SCRIPT_NAME"):
            visit: Visit = UnreadEnviron()
            visit._ground, visit.said = ground, environ.copy()  # noqa: SLF001
            visit.started = visit.touched = False
            app, environ[VISIT_KEY] = self.app, visit
        else:
            environ[VISIT_KEY] = visit = bandit.begin(self._facts(environ))
            app = self._diverted(visit, environ) if visit.diverted else self.app

        def start(status: str, headers: _Headers, exc_info: ErrorInfo | None = None) -> _Write:
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
        if visit.touched and visit.due:
            bandit.complete(visit)
        return body

    def _unusual(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request that was wrapped before, or after which the flusher gets its turn."""
        between = self.bandit.between
        if VISIT_KEY in environ or between is None:  # wrapped twice: the outer one counts
            return self.app(environ, start_response)
        return attended(self, environ, start_response, between)

    def _diverted(self, visit: Visit, environ: WSGIEnvironment) -> WSGIApplication:
        """Return what answers a request that is not simply the app's, which sees its path."""
        if visit.rewrite is not None:
            environ["PATH_INFO"] = visit.rewrite.encode().decode("latin-1")
        if visit.conditions is not None:
            to_environ(environ, visit.conditions)
        return self.app if visit.answer is None else wsgi_app(visit.answer)

    def _merged(self, visit: Visit, status: str, headers: _Headers) -> _Headers:
        """Return the headers of a response that starts; started anew, the new status counts."""
        if visit._unsettled or visit._watched or not visit._decisions:  # noqa: SLF001  # a call less
            effects = self.bandit.finish(visit, str(status)[:3], headers)
        else:  # as with nearly everybody who comes back
            effects = visit.effects = SERVED_AGAIN
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
