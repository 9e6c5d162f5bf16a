"""Hostile requests to real servers, byte by byte, and what comes back."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import yaml

from tests.fuzzing.comparing import Response
from tests.fuzzing.hostile import Hostile
from tests.fuzzing.interfaces import CONFIG, Ask
from tests.serving import MODULE, running

#: What no two responses share.
OWN = {"date", "server"}

#: The servers: the command for the bare app, and the one for the wrapped app.
SERVERS: dict[str, tuple[tuple[str, ...], tuple[str, ...], str]] = {
    "gunicorn": (
        (*MODULE, "gunicorn", "tests.fuzzing.apps:wsgi", "--bind", "127.0.0.1:{port}"),
        (*MODULE, "gunicorn", "banditware.wsgi:application", "--bind", "127.0.0.1:{port}"),
        "tests.fuzzing.apps:wsgi",
    ),
    "uvicorn": (
        (*MODULE, "uvicorn", "tests.fuzzing.apps:asgi", "--port", "{port}"),
        (*MODULE, "uvicorn", "banditware.asgi:application", "--port", "{port}"),
        "tests.fuzzing.apps:asgi",
    ),
}


def ask_at(port: int) -> Ask:
    """Return what sends requests to a server."""

    def ask(request: Hostile) -> Response:
        with socket.create_connection(("127.0.0.1", port), 60) as connection:
            with contextlib.suppress(OSError):  # refused before it was read whole
                connection.sendall(request.raw())
            return _parsed(_received(connection))

    return ask


def _received(connection: socket.socket) -> bytes:
    parts = []
    with contextlib.suppress(ConnectionResetError):
        while part := connection.recv(65_536):
            parts.append(part)
    return b"".join(parts)


def _parsed(received: bytes) -> Response:
    head, _, body = received.partition(b"\r\n\r\n")
    status, *lines = head.decode("latin-1").split("\r\n")
    pairs = [(key, value.strip()) for key, _, value in (line.partition(":") for line in lines)]
    return Response(
        status.partition(" ")[2], [pair for pair in pairs if pair[0].lower() not in OWN], body
    )


@contextlib.contextmanager
def served(name: str, folder: Path) -> Iterator[tuple[Ask, Ask, Callable[[], str]]]:
    """Give out what asks the bare app and the wrapped one under a server, and the latter's log."""
    bare, wrapped, app = SERVERS[name]
    folders = [folder / each for each in ("bare", "wrapped")]
    config = {"secret_keys": ["k" * 32], "store": "sqlite:///counts.db", **CONFIG}
    with ExitStack() as stack:
        asks = []
        for place, command in zip(folders, (bare, wrapped), strict=True):
            place.mkdir()
            (place / "banditware.yaml").write_text(yaml.safe_dump(config))
            asks.append(ask_at(stack.enter_context(running(command, place, app)).port))
        yield asks[0], asks[1], (folders[1] / "server.log").read_text
