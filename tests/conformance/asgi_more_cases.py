"""More of what an ASGI middleware must get right; see `asgi_cases`."""

from __future__ import annotations

import asyncio
from typing import Any

from banditware.asgi import Message, Receive, Scope, Send
from tests.conformance.asgi_steps import TEXT, buying, cookie_of, with_front
from tests.wires.asgi import REQUEST, Served, body, scope, sending, serve, start
from tests.wires.shop import counted
from tests.wires.wrapping import Case, Wrap, arm_here


def a_cookie_may_come_in_parts(wrap: Wrap) -> None:
    """HTTP/2 splits the Cookie header: ours is found in whichever part it is."""
    for position in range(3):
        wrapped = wrap(with_front(sending(start(200, TEXT), body())))
        parts = [b"a=1", b"theme=dark; b=2"]
        parts.insert(position, cookie_of(serve(wrapped, scope())))
        headers = [*scope()["headers"], *((b"cookie", part) for part in parts)]
        serve(wrapped, scope("POST", "/buy", headers=headers))
        assert counted(wrapped.bandit)[:2] == (1, 1)


def names_of_headers_may_have_any_spelling(wrap: Wrap) -> None:
    """`Cookie` and `COOKIE` are `cookie`, in bytes and in text."""
    for name in (b"Cookie", b"COOKIE", "cookie", "Cookie"):
        wrapped = wrap(with_front(sending(start(200, TEXT), body())))
        request = buying(wrapped)
        *others, (_, value) = request["headers"]
        value = value if isinstance(name, bytes) else value.decode()
        serve(wrapped, {**request, "headers": [*others, (name, value)]})
        assert counted(wrapped.bandit)[:2] == (1, 1)


def the_body_of_a_request_is_the_apps(wrap: Wrap) -> None:
    """The app receives what the server has, message by message, when it asks for it."""
    parts: list[Message] = [
        {"type": "http.request", "body": b"x" * 65_536, "more_body": True},
        {"type": "http.request", "body": b"y", "more_body": True},
        {"type": "http.request", "body": b"", "more_body": False},
    ]
    incoming = list(parts)
    received: list[Message] = []
    waiting: list[int] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        for _ in parts:
            waiting.append(len(served.incoming))
            received.append(await receive())
        await send(start(200, TEXT))
        await send(body())

    wrapped = wrap(app)
    served = Served(incoming=incoming)
    asyncio.run(wrapped(scope(), served.receive, served.send))
    assert all(got is sent for got, sent in zip(received, parts, strict=True))
    assert waiting == [3, 2, 1]


def events_go_out_as_they_come(wrap: Wrap) -> None:
    """A stream of events that never ends reaches the client, until the client goes away."""
    outside: list[bytes] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send(start(200, (b"content-type", b"text/event-stream")))
        while (await receive())["type"] != "http.disconnect":
            await send(body(b"data: 1\n\n", more=True))
            assert outside[-1] == b"data: 1\n\n"

    wrapped = wrap(app)
    served = serve(
        wrapped, scope(), [REQUEST] * 3, observe=lambda each: outside.append(each.get("body", b""))
    )
    assert served.kinds == ["http.response.start", *["http.response.body"] * 3]
    assert counted(wrapped.bandit).pulls == 1


def a_reward_is_recorded_before_the_last_message(wrap: Wrap) -> None:
    """Who has the whole response can rely on its being counted: the record precedes the end."""
    ends: list[int] = []

    def observe(message: Message) -> None:
        if message["type"] == "http.response.body" and not message.get("more_body"):
            ends.append(counted(wrapped.bandit).rewards)

    wrapped = wrap(with_front(sending(start(200, TEXT), body(b"a", more=True), body(b"b"))))
    serve(wrapped, buying(wrapped), observe=observe)
    assert ends == [1]


def concurrent_requests_each_see_their_own_visit(wrap: Wrap) -> None:
    """Requests that take turns in one loop each find the arm that their own visit has."""
    found: list[tuple[str, str]] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        first = arm_here(wrapped)
        await send(start(200, TEXT))
        await asyncio.sleep(0)
        found.append((first, arm_here(wrapped)))
        await send(body())

    wrapped = wrap(app)

    async def all_at_once() -> None:
        calls = []
        for _ in range(12):
            served = Served()
            calls.append(wrapped(scope(), served.receive, served.send))
        await asyncio.gather(*calls)

    asyncio.run(all_at_once())
    assert all(first == second for first, second in found)
    assert len({first for first, _ in found}) == 2


def a_file_in_parts_passes(wrap: Wrap) -> None:
    """`http.response.zerocopysend` passes; it counts at its last part."""
    counts: list[float] = []
    parts: list[dict[str, Any]] = [
        {"type": "http.response.zerocopysend", "file": 3, "more_body": True},
        {"type": "http.response.zerocopysend", "file": 3, "more_body": False},
    ]

    def observe(message: Message) -> None:
        counts.append(counted(wrapped.bandit).pulls)

    wrapped = wrap(sending(start(200, TEXT), *parts))
    assert serve(wrapped, scope(), observe=observe).sent[1:] == parts
    assert counts == [0, 0, 1]


def wrapping_twice_counts_once(wrap: Wrap) -> None:
    """An app that was wrapped before counts once, in the outer wrapper."""
    inner = wrap(sending(start(200, TEXT), body()))
    outer = wrap(inner)
    assert len(serve(outer, scope()).values("set-cookie")) == 1
    assert (counted(outer.bandit).pulls, counted(inner.bandit).pulls) == (1, 0)


MORE: tuple[Case, ...] = (
    a_cookie_may_come_in_parts,
    names_of_headers_may_have_any_spelling,
    the_body_of_a_request_is_the_apps,
    events_go_out_as_they_come,
    a_reward_is_recorded_before_the_last_message,
    concurrent_requests_each_see_their_own_visit,
    a_file_in_parts_passes,
    wrapping_twice_counts_once,
)
