from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from banditware import Bandit, wrap
from tests.support import ROUTES

SETTINGS = {
    "secret_keys": ["k"],
    "refresh": "10ms",
    "experiments": {"button": {"arms": ["a", "b"]}},
    "routes": ROUTES,
}


class Body(list[bytes]):
    """A body that notes when it is closed."""

    closed = False

    def close(self) -> None:
        """Be closed."""
        self.closed = True


@pytest.fixture
def order() -> list[str]:
    """What happened, in this order."""
    return []


@pytest.fixture
def bandit(tmp_path: Path, order: list[str]) -> Iterable[Bandit]:
    """A bandit in a process that needs rounds between requests."""
    with Bandit.from_config({**SETTINGS, "store": f"sqlite:///{tmp_path}/x.db"}) as bandit:
        bandit._start()
        bandit.between = lambda: order.append("between")
        yield bandit


def serve(app: Any, order: list[str], take: int = 99) -> None:
    """Take some chunks of a response as a server does, and close it."""

    def start(status: str, headers: list[tuple[str, str]], *more: object) -> None:
        order.append(status[:3])

    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/", "HTTP_USER_AGENT": "Mozilla/5.0 Firefox"}
    body = app(environ, start)
    for _, chunk in zip(range(take), body, strict=False):
        order.append(chunk.decode())
    if hasattr(body, "close"):
        body.close()


@pytest.mark.parametrize(
    ("lengths", "body", "out"),
    [
        (["4"], [b"ab", b"cd"], True),
        (["2"], [b"ab", b"cd"], False),
        (["4", "4"], [b"abcd"], False),
        (["four"], [b"abcd"], False),
        (["5"], [b"abcd"], False),
        (["0"], [], False),
        (["0"], [b""], False),
        ([], [b"abcd"], False),
    ],
)
def test_rounds_wait_for_the_end_of_a_response(
    bandit: Bandit, order: list[str], lengths: list[str], body: list[bytes], *, out: bool
) -> None:
    """A round comes after the last byte, and not at all while it is unknown which that is."""

    def app(environ: Any, start_response: Any) -> Any:
        start_response("200 OK", [("content-length", each) for each in lengths])
        return body

    serve(wrap(app, bandit), order)
    sent = [chunk.decode() for chunk in body]
    assert order == ["200", *sent, *(["between"] if out else [])]


@pytest.mark.parametrize(("take", "out"), [(1, False), (2, True)])
def test_a_server_need_not_ask_beyond_the_last_chunk(
    bandit: Bandit, order: list[str], take: int, out: bool
) -> None:
    """What was taken counts: a client that leaves early has not got its response."""

    def app(environ: Any, start_response: Any) -> Any:
        start_response("200 OK", [("Content-Length", "4")])
        return [b"ab", b"cd"]

    serve(wrap(app, bandit), order, take)
    assert order == ["200", *["ab", "cd"][:take], *(["between"] if out else [])]


def test_the_body_of_the_app_is_closed_first(bandit: Bandit, order: list[str]) -> None:
    """What the app does at the end of its response comes before what we do."""
    body = Body([b"ab"])

    def app(environ: Any, start_response: Any) -> Any:
        start_response("200 OK", [("Content-Length", "2")])
        return body

    bandit.between = lambda: order.append(f"closed: {body.closed}")
    serve(wrap(app, bandit), order)
    assert order == ["200", "ab", "closed: True"]


def test_the_last_status_counts(bandit: Bandit, order: list[str]) -> None:
    """An app that starts its error page after its page says the length of what it sends."""

    def app(environ: Any, start_response: Any) -> Any:
        start_response("200 OK", [])
        start_response("500 Oh", [("Content-Length", "2")], None)
        return [b"no"]

    serve(wrap(app, bandit, interface="wsgi"), order)
    assert order == ["200", "500", "no", "between"]


async def test_asgi_waits_for_the_last_open_request(bandit: Bandit, order: list[str]) -> None:
    """On a loop a round keeps everybody waiting, so it comes when nobody else is being served."""
    gates = {"/a": asyncio.Event(), "/b": asyncio.Event()}

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await gates[scope["path"]].wait()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"ab"})

    async def send(message: Any) -> None:
        order.append(message["type"][14:])

    wrapped = wrap(app, bandit, interface="asgi")
    tasks = {
        path: asyncio.ensure_future(
            wrapped({"type": "http", "method": "GET", "path": path, "headers": []}, None, send)
        )
        for path in gates
    }
    await asyncio.sleep(0)
    gates["/a"].set()
    await tasks["/a"]
    assert order == ["start", "body"]
    gates["/b"].set()
    await tasks["/b"]
    assert order == ["start", "body", "start", "body", "between"]


def test_what_needs_no_rounds_is_left_alone(bandit: Bandit, order: list[str]) -> None:
    """With a thread that runs, a body goes to the server as the app made it."""
    bandit.between = None
    body = Body([b"ab"])

    def app(environ: Any, start_response: Any) -> Any:
        start_response("200 OK", [("Content-Length", "2")])
        return body

    assert wrap(app, bandit)({"REQUEST_METHOD": "GET", "PATH_INFO": "/"}, lambda *_: None) is body
