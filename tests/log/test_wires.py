"""Requests, and a log that is written by its own thread or hangs."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from banditware import Bandit
from banditware.asgi import ASGIMiddleware
from banditware.config import load
from banditware.log.settings import LogSettings, ToFunction
from banditware.wsgi import WSGIMiddleware
from tests.log.support import PATIENCE, Hanging, Log, closing, until
from tests.redis_servers import NAMES, ServerProcess, shared
from tests.wires import asgi, wsgi
from tests.wires.shop import CONFIG


def shop(log: Callable[[dict[str, Any]], object], **keys: Any) -> Bandit:
    """Return the bandit of a shop that tells a function, from few events on no more."""
    return Bandit(load(CONFIG), log=LogSettings(ToFunction(log), "plain", **keys))


def test_wsgi() -> None:
    """Requests of a WSGI app go on while the sink hangs, and are all told when it goes on."""
    sink = Hanging()

    def app(environ: Any, start_response: Any) -> list[bytes]:
        start_response("200 OK", [])
        return [b"hello"]

    with closing(shop(sink)) as bandit:
        wrapped = WSGIMiddleware(app, bandit)
        assert wsgi.serve(wrapped, wsgi.environ()).body == b"hello"
        assert sink.hangs.wait(PATIENCE)
        for _ in range(50):
            assert wsgi.serve(wrapped, wsgi.environ()).body == b"hello"
        assert sink.seen == []
        assert bandit.health().log_waiting == 51
        sink.go.set()
        until(lambda: len(sink.seen) == 51)
        assert bandit.health().log_waiting == 0


def test_asgi() -> None:
    """Requests of an ASGI app do so as well, and what is too much is lost and counted."""
    sink = Hanging()
    app = asgi.sending(asgi.start(), asgi.body())
    with closing(shop(sink, queue=20)) as bandit:
        wrapped = ASGIMiddleware(app, bandit)
        assert asgi.serve(wrapped, asgi.scope()).body == b"hello"
        assert sink.hangs.wait(PATIENCE)
        for _ in range(50):
            assert asgi.serve(wrapped, asgi.scope()).body == b"hello"
        assert sink.seen == []
        assert bandit.health().log_lost == 30
        sink.go.set()
        until(lambda: len(sink.seen) == 21)
    assert bandit.health().log_waiting == 0


@pytest.mark.parametrize("wire", ["wsgi", "asgi"])
def test_served_again_on_both_wires(wire: str) -> None:
    """`sticky: true` tells of a returning visitor though nothing is counted."""
    log = Log()
    with closing(shop(log.append, sticky=True)) as bandit:
        for _ in range(2):
            cookie = getattr(bandit, "cookie_of_this_test", "")
            if wire == "wsgi":
                more = {"HTTP_COOKIE": cookie} if cookie else {}
                served: Any = wsgi.serve(WSGIMiddleware(_hello, bandit), wsgi.environ(**more))
                cookies = served.values("set-cookie")
            else:
                wrapped = ASGIMiddleware(asgi.sending(asgi.start(), asgi.body()), bandit)
                scope = asgi.scope()
                if cookie:
                    scope["headers"] = [*scope["headers"], (b"cookie", cookie.encode())]
                cookies = [
                    each.decode() for each in asgi.serve(wrapped, scope).values("set-cookie")
                ]
            if cookies:
                bandit.cookie_of_this_test = cookies[0].partition(";")[0]  # type: ignore[attr-defined]  # kept
    assert [event["reason"] for event in log] == ["drawn", "sticky"]


@pytest.mark.usefixtures("calm", "unwritten")
@pytest.mark.parametrize("complete", [True, False])
def test_asgi_tells_with_the_last_part(complete: bool) -> None:
    """An event is told before the last part goes out, or when the app ends without one."""
    told: list[int] = []
    with closing(shop(lambda event: None, sticky=True)) as bandit:
        wrapped = ASGIMiddleware(asgi.sending(asgi.start(), asgi.body(more=not complete)), bandit)
        first = asgi.serve(wrapped, asgi.scope())
        scope = asgi.scope()
        cookie = first.values("set-cookie")[0].partition(b";")[0]
        scope["headers"] = [*scope["headers"], (b"cookie", cookie)]
        asgi.serve(wrapped, scope, observe=lambda _: told.append(bandit.health().log_waiting))
        assert told == [1, 1 + complete]
        assert bandit.health().log_waiting == 2


def _hello(environ: Any, start_response: Any) -> list[bytes]:
    start_response("200 OK", [("Content-Length", "5")])
    return [b"hello"]


def test_from_config() -> None:
    """A configuration and the code may both name places; each gets every event."""
    one, two = Log(), Log()
    source = {**CONFIG, "log": {"logging": "shop.log"}}
    with Bandit.from_config(source, log=[one.append, two.append]) as bandit:
        bandit.decide("color")
    assert len(one) == len(two) == 1
    assert bandit.health().log_written == 3
    assert one[0]["subject"] is None


def test_a_stream_of_a_real_server() -> None:
    """What a bandit decides is in the stream when it is closed, and joins its reward there."""
    server = shared(NAMES[0])
    place = {"stream": server.url(), "name": "wires:log", "subject": "none"}
    with closing(Bandit.from_config({**CONFIG, "log": place})) as bandit:
        decision = bandit.decide("color", subject="user-1")
        bandit.reward(decision)
    with server.client() as client:
        entries: Any = client.xrange("wires:log")
        client.delete("wires:log")
    events = [json.loads(fields[b"event"]) for _, fields in entries]
    assert [event["decision_id"] for event in events] == [decision.id] * 2
    assert {event["subject"] for event in events} == {None}


def test_a_server_that_comes_back() -> None:
    """Events of the time while the server was away are in the stream once it is back."""
    server = ServerProcess(NAMES[0])
    place = {"stream": server.url(), "name": "away:log"}
    bandit = Bandit.from_config({**CONFIG, "log": place})
    server.kill()
    ids = [bandit.decide("color").id for _ in range(500)]
    until(lambda: bandit.health().log_errors)
    assert bandit.health().log_waiting == 500
    server.start()
    until(lambda: not bandit.health().log_waiting)
    bandit.close(PATIENCE)
    with server.client() as client:
        entries: Any = client.xrange("away:log")
    assert [json.loads(fields[b"event"])["decision_id"] for _, fields in entries] == ids
    assert bandit.health().log_lost == 0
    server.stop()
