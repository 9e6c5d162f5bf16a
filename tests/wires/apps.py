"""WSGI apps in every shape, and bodies that note what is done to them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from tests.wires.wrapping import Wrapped
from tests.wires.wsgi import environ, serve

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

TEXT = ("Content-Type", "text/plain")


def answering(body: Iterable[bytes], status: str = "200 OK") -> WSGIApplication:
    """Return an app that returns this very body."""

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        start_response(status, [TEXT])
        return body

    return app


def with_front(checkout: WSGIApplication) -> WSGIApplication:
    """Return an app with a plain front page, and the given one everywhere else."""
    front = answering([b"hello"])

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        chosen = front if environ["PATH_INFO"] == "/" else checkout
        return chosen(environ, start_response)

    return app


def buying(wrapped: Wrapped) -> WSGIEnvironment:
    """Visit the front page; return the request of the same visitor that earns."""
    cookie = serve(wrapped, environ()).values("Set-Cookie")[-1].partition(";")[0]
    return environ("POST", "/buy", HTTP_COOKIE=cookie)


class Body:
    """A body that notes what is done to it.

    Attributes:
        closed: how often it was closed.
        made: chunks it was asked for.
    """

    def __init__(self, *chunks: bytes | Exception) -> None:
        self.chunks = chunks
        self.closed = 0
        self.made = 0

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self.chunks:
            self.made += 1
            if isinstance(chunk, Exception):
                raise chunk
            yield chunk

    def close(self) -> None:
        """Note the call."""
        self.closed += 1


class LazyBody(Body):
    """A body in whose making the response starts, as in a generator."""

    def __init__(self, *chunks: bytes | Exception) -> None:
        super().__init__(*chunks)
        self.start: Callable[[], object] = lambda: None

    def __iter__(self) -> Iterator[bytes]:
        self.start()
        yield from super().__iter__()


def sending(body: Body) -> WSGIApplication:
    """Return an app that returns this body; its response starts when the body wants it to."""
    if not isinstance(body, LazyBody):
        return answering(body)

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        body.start = lambda: start_response("200 OK", [TEXT])
        return body

    return app
