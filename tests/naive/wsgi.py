"""Three ways to write a WSGI wrapper that pass a first look."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from banditware import Bandit
from tests.naive.steps import Steps

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class Naive:
    """What the three share."""

    def __init__(self, app: WSGIApplication, bandit: Bandit) -> None:
        self.app = app
        self.bandit = bandit
        self.steps = Steps(bandit)
        self.arm_here = self.steps.arm_here

    def arrive(self, environ: WSGIEnvironment) -> str:
        """Return the value of a new cookie, or nothing."""
        cookie = environ.get("HTTP_COOKIE", "")
        return self.steps.arrive(environ["REQUEST_METHOD"], environ["PATH_INFO"], cookie)

    def leave(self, environ: WSGIEnvironment, status: str) -> None:
        """Credit what the request earned."""
        cookie = environ.get("HTTP_COOKIE", "")
        self.steps.leave(environ["PATH_INFO"], int(status[:3]), cookie)


class Buffering(Naive):
    """Runs the app to its end, then answers in one piece with headers from a dictionary."""

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request."""
        token = self.arrive(environ)
        started: dict[str, Any] = {}

        def start(status: str, headers: Any, exc_info: Any = None) -> Any:
            started.update(status=status, headers=headers)
            return lambda data: None

        body = b"".join(self.app(environ, start))
        headers = dict(started["headers"])
        headers["Content-Length"] = str(len(body))
        if token:
            headers["Set-Cookie"] = f"bw={token}"
        start_response(started["status"], list(headers.items()))
        self.leave(environ, started["status"])
        return [body]


class Generating(Naive):
    """Is a generator around the app's iterable, and appends to the headers it is given."""

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterator[bytes]:
        """Answer a request."""
        token = self.arrive(environ)
        last = "500"

        def start(status: str, headers: Any, *exc_info: Any) -> Any:
            nonlocal last
            last = status
            if token:
                headers.append(("Set-Cookie", f"bw={token}"))
            return start_response(status, headers, *exc_info)

        yield from self.app(environ, start)
        self.leave(environ, last)


class Deferring(Naive):
    """Starts the response when the app has returned, with the headers it was given first."""

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request."""
        token = self.arrive(environ)
        started: list[tuple[str, Any]] = []

        def start(status: str, headers: Any, exc_info: Any = None) -> Any:
            started.append((status, headers))
            return lambda data: None

        body = self.app(environ, start)
        status, headers = started[0]
        if token:
            headers.append(("Set-Cookie", f"bw={token}"))
        start_response(status, headers)
        self.leave(environ, status)
        return body


NAIVE: dict[str, type[Buffering | Generating | Deferring]] = {
    "buffering": Buffering,
    "generating": Generating,
    "deferring": Deferring,
}
