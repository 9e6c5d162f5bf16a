"""What has to pass through an ASGI middleware as it is; see `asgi_cases`."""

from __future__ import annotations

import copy

from banditware.asgi import Message, Receive, Scope, Send
from tests.conformance.asgi_steps import TEXT, raised
from tests.wires.asgi import body, scope, sending, serve, start
from tests.wires.shop import counted
from tests.wires.wrapping import Case, Wrap


def lifespan_passes_through(wrap: Wrap) -> None:
    """Startup and shutdown reach the app, and its answers reach the server."""
    startup, shutdown = {"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}
    answers = [{"type": "lifespan.startup.complete"}, {"type": "lifespan.shutdown.complete"}]
    received: list[Message] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        for answer in answers:
            received.append(await receive())
            await send(answer)

    served = serve(wrap(app), {"type": "lifespan", "state": {}}, [startup, shutdown])
    assert (received, served.sent) == ([startup, shutdown], answers)


def an_exception_of_lifespan_is_raised_again(wrap: Wrap) -> None:
    """An app without lifespan says so by raising: the server gets the very exception."""
    error = RuntimeError("no lifespan here")

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        raise error

    assert raised(wrap(app), {"type": "lifespan"}) is error


def a_websocket_passes_through(wrap: Wrap) -> None:
    """A websocket's scope has no method; its messages come and go as they are."""
    incoming: list[Message] = [
        {"type": "websocket.connect"},
        {"type": "websocket.receive", "text": "hello"},
        {"type": "websocket.disconnect", "code": 1000},
    ]

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        assert (await receive())["type"] == "websocket.connect"
        await send({"type": "websocket.accept"})
        while (message := await receive())["type"] == "websocket.receive":
            await send({"type": "websocket.send", "text": message["text"] + "!"})

    connection = {"type": "websocket", "path": "/", "headers": [], "scheme": "ws"}
    served = serve(wrap(app), connection, incoming)
    assert [each.get("text") for each in served.sent] == [None, "hello!"]


def an_unknown_scope_passes_through(wrap: Wrap) -> None:
    """A kind of connection that nobody has thought of yet is the app's affair."""
    seen: list[Scope] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope)
        await send({"type": "telegram.stop"})

    connection: Scope = {"type": "telegram"}
    assert serve(wrap(app), connection).kinds == ["telegram.stop"]
    assert seen[0] is connection


def whole(wrap: Wrap, *messages: Message) -> None:
    """Check that these messages reach the server, all of them and in order, and count."""
    expected = [copy.deepcopy(message) for message in messages]
    wrapped = wrap(sending(*messages))
    served = serve(wrapped, scope())
    assert served.kinds == [message["type"] for message in expected]
    for got, sent in zip(served.sent, expected, strict=True):
        assert {**got, "headers": None} == {**sent, "headers": None}
        assert all(pair in got.get("headers", ()) for pair in sent.get("headers", ()))
    assert len(served.values("set-cookie")) == 1
    assert counted(wrapped.bandit)[:2] == (1, 0)


def a_path_to_send_passes(wrap: Wrap) -> None:
    """`http.response.pathsend`, with which the server sends a file itself, passes and counts."""
    whole(wrap, start(200, TEXT), {"type": "http.response.pathsend", "path": "/srv/file"})


def trailers_pass(wrap: Wrap) -> None:
    """Trailers come after the body, as the app sent them."""
    trailers = {
        "type": "http.response.trailers",
        "headers": [(b"x-checksum", b"1")],
        "more_trailers": False,
    }
    whole(wrap, start(200, TEXT, trailers=True), body(b"hello"), trailers)


def early_hints_pass(wrap: Wrap) -> None:
    """Early hints, and whatever else may precede the start, go out before it."""
    hints = {"type": "http.response.early_hint", "links": [b"</style.css>; rel=preload"]}
    debug = {"type": "http.response.debug", "info": {"template": "shop"}}
    whole(wrap, hints, debug, start(200, TEXT), body(b"hello"))


def a_disconnect_passes(wrap: Wrap) -> None:
    """The app is told that the client is gone, and may end without another word."""
    received: list[str] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send(start(200, TEXT))
        await send(body(b"half", more=True))
        received.extend([(await receive())["type"] for _ in range(2)])

    served = serve(wrap(app), scope())
    assert received == ["http.request", "http.disconnect"]
    assert served.kinds[:2] == ["http.response.start", "http.response.body"]


PASSING: tuple[Case, ...] = (
    lifespan_passes_through,
    an_exception_of_lifespan_is_raised_again,
    a_websocket_passes_through,
    an_unknown_scope_passes_through,
    a_path_to_send_passes,
    trailers_pass,
    early_hints_pass,
    a_disconnect_passes,
)
