"""What the servers under load serve: hello-world and a stream, bare, on the floor, and wrapped.

Each function builds an app, as `gunicorn MODULE:wsgi_bare()` and `uvicorn --factory
MODULE:asgi_bare` ask for. The floor is the least that can add two headers to a response.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from typing import Any, TypeAlias

from banditware import wrap
from benchmarks.inside_apps import TimedASGI, TimedWSGI

BODY = b"hello"

Pairs: TypeAlias = "tuple[tuple[str, str], ...]"

#: What both wrappers add at least.
ADDED: Pairs = (("Vary", "Cookie"), ("Cache-Control", "private"))

#: The same and a cookie, as long as the one that remembers two experiments.
COOKIE = f"bw={'x' * 187}; Max-Age=7776000; Path=/; HttpOnly; SameSite=Lax"
WITH_COOKIE: Pairs = (*ADDED, ("Set-Cookie", COOKIE))

#: The first part of a stream, and each of those that follow.
FIRST = b"first"
CHUNK = bytes(64 * 1024)


def hello_wsgi(environ: Any, start_response: Any) -> list[bytes]:
    """Answer with five bytes."""
    start_response("200 OK", [("Content-Type", "text/html"), ("Content-Length", "5")])
    return [BODY]


async def hello_asgi(scope: Any, receive: Any, send: Any) -> None:
    """Answer with five bytes."""
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
        return
    headers = [(b"content-type", b"text/html"), (b"content-length", b"5")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": BODY})


def stream_wsgi(environ: Any, start_response: Any) -> Iterator[bytes]:
    """Send the first part, wait until the client has it, then send as many chunks as it asked for.

    The client says that it has the first part by the one byte of its request's body.
    """
    chunks = int(environ["QUERY_STRING"])
    length = str(len(FIRST) + chunks * len(CHUNK))
    start_response("200 OK", [("Content-Type", "text/html"), ("Content-Length", length)])
    yield FIRST
    environ["wsgi.input"].read(1)
    for _ in range(chunks):
        yield CHUNK


async def stream_asgi(scope: Any, receive: Any, send: Any) -> None:
    """Do the same."""
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
        return
    chunks = int(scope["query_string"])
    length = str(len(FIRST) + chunks * len(CHUNK)).encode()
    headers = [(b"content-type", b"text/html"), (b"content-length", length)]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": FIRST, "more_body": True})
    await receive()
    for _ in range(chunks):
        await send({"type": "http.response.body", "body": CHUNK, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


async def _lifespan(receive: Any, send: Any) -> None:
    for what in ("startup", "shutdown"):
        await receive()
        await send({"type": f"lifespan.{what}.complete"})


# The wrappers.


class FloorWSGI:
    """Copies the headers of a response and adds two, or some others."""

    def __init__(self, app: Any, added: Pairs = ADDED) -> None:
        self.app = app
        self.added = added

    def __call__(self, environ: Any, start_response: Any) -> Any:
        """Answer as the app does."""

        def start(status: str, headers: Any, exc_info: Any = None) -> Any:
            return start_response(status, [*headers, *self.added])

        return self.app(environ, start)


class FloorASGI:
    """Does the same."""

    def __init__(self, app: Any, added: Pairs = ADDED) -> None:
        self.app = app
        self.added = [(name.lower().encode(), value.encode()) for name, value in added]

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer as the app does."""

        def sending(message: Any) -> Any:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"], *self.added]}
            return send(message)

        await self.app(scope, receive, sending)


def wrapped(app: Any) -> Any:
    """Return the app with the experiments of the file that the environment names."""
    return wrap(app, os.environ["BANDITWARE_CONFIG"])


def wsgi_bare() -> Any:
    """Return hello-world as it is."""
    return hello_wsgi


def wsgi_floor() -> Any:
    """Return hello-world on the floor."""
    return FloorWSGI(hello_wsgi)


def wsgi_cookie() -> Any:
    """Return hello-world on a floor that also sets a cookie."""
    return FloorWSGI(hello_wsgi, WITH_COOKIE)


def wsgi_wrapped() -> Any:
    """Return hello-world wrapped by banditware."""
    return wrapped(hello_wsgi)


def asgi_bare() -> Any:
    """Return hello-world as it is."""
    return hello_asgi


def asgi_floor() -> Any:
    """Return hello-world on the floor."""
    return FloorASGI(hello_asgi)


def asgi_cookie() -> Any:
    """Return hello-world on a floor that also sets a cookie."""
    return FloorASGI(hello_asgi, WITH_COOKIE)


def asgi_wrapped() -> Any:
    """Return hello-world wrapped by banditware."""
    return wrapped(hello_asgi)


def wsgi_stream_bare() -> Any:
    """Return the stream as it is."""
    return stream_wsgi


def wsgi_stream_wrapped() -> Any:
    """Return the stream wrapped by banditware."""
    return wrapped(stream_wsgi)


def asgi_stream_bare() -> Any:
    """Return the stream as it is."""
    return stream_asgi


def asgi_stream_wrapped() -> Any:
    """Return the stream wrapped by banditware."""
    return wrapped(stream_asgi)


def wsgi_inside() -> Any:
    """Return hello-world, bare and wrapped, with a shim that times it."""
    return _timed(TimedWSGI(hello_wsgi, wrapped(hello_wsgi)))


def asgi_inside() -> Any:
    """Return hello-world, bare and wrapped, with a shim that times it."""
    return _timed(TimedASGI(hello_asgi, wrapped(hello_asgi)))


def _timed(shim: Any) -> Any:
    gc.callbacks.append(shim.samples.collected)
    return shim
