"""What an ASGI middleware must get right, one case a function: the twenty of the design.

A case gets something that wraps an app and raises if the wrapped app is wrong. Ours passes all of
them; `test_asgi_cases` says which naive wrapper fails which. More are in `asgi_more_cases`.
"""

from __future__ import annotations

import asyncio
import copy
from contextvars import ContextVar
from typing import Any

from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from banditware.asgi import Message, Receive, Scope, Send
from tests.conformance.asgi_passing_cases import PASSING
from tests.conformance.asgi_steps import TEXT, buying, raised, with_front
from tests.wires.asgi import body, scope, sending, serve, start
from tests.wires.shop import counted
from tests.wires.wrapping import Case, Wrap, arm_here


def answers_with_headers(wrap: Wrap, headers: Any, expected: list[tuple[bytes, bytes]]) -> None:
    """Check what becomes of a response with such headers, or without if None."""
    message: Message = {"type": "http.response.start", "status": 200}
    wrapped = wrap(sending({**message, "headers": headers} if headers is not None else message))
    served = serve(wrapped, scope())
    sent = list(served.start["headers"])
    assert [pair for pair in sent if pair in expected] == expected
    assert len(served.values("set-cookie")) == 1


def headers_may_be_missing(wrap: Wrap) -> None:
    """A request or a response without `headers`, which is allowed, has none."""
    answers_with_headers(wrap, None, [])
    connection = scope()
    del connection["headers"]
    assert serve(wrap(sending(start(), body())), connection).body == b"hello"


def headers_may_be_a_tuple(wrap: Wrap) -> None:
    """Headers in a tuple are as good as in a list."""
    answers_with_headers(wrap, (TEXT, (b"x-a", b"1")), [TEXT, (b"x-a", b"1")])
    connection = scope(headers=tuple(scope()["headers"]))
    assert serve(wrap(sending(start(), body())), connection).body == b"hello"


def headers_may_be_a_generator(wrap: Wrap) -> None:
    """Headers that can be read a single time reach the app and the server."""
    own = [TEXT, (b"x-a", b"1")]
    answers_with_headers(wrap, (pair for pair in own), own)
    seen: list[Any] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.extend(scope["headers"])
        await send(start())
        await send(body())

    wrapped = wrap(app)
    serve(wrapped, scope(headers=(pair for pair in scope()["headers"])))
    assert seen == scope()["headers"]
    assert counted(wrapped.bandit).pulls == 1


def a_message_is_never_changed(wrap: Wrap) -> None:
    """The app finds its messages as it sent them."""
    messages = [start(200, TEXT, (b"vary", b"accept"), trailers=False), body()]
    before = copy.deepcopy(messages)
    assert len(serve(wrap(sending(*messages)), scope()).values("set-cookie")) == 1
    assert messages == before


def a_response_that_is_used_again_stays_clean(wrap: Wrap) -> None:
    """One Response object for all requests carries one cookie of ours each time."""
    response = PlainTextResponse("hello", headers={"vary": "accept"})
    before = list(response.raw_headers)
    wrapped = wrap(response)
    for _ in range(3):
        assert len(serve(wrapped, scope()).values("set-cookie")) == 1
    assert response.raw_headers == before


def nothing_is_buffered(wrap: Wrap) -> None:
    """Each part of the body is out before the app makes the next, start included."""
    outside: list[str] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send(start(200, TEXT))
        for number in range(5):
            await send(body(b"%d" % number, more=True))
            await asyncio.sleep(0)
            assert len(outside) >= number + 1
        await send(body(b"end"))

    served = serve(wrap(app), scope(), observe=lambda message: outside.append(message["type"]))
    assert served.body == b"01234end"


def a_reward_is_recorded_at_the_end_of_the_body(wrap: Wrap) -> None:
    """What runs after the last part of the body finds the reward recorded already."""
    found: list[int] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send(start(200, TEXT))
        await send(body(b"one", more=True))
        await send(body(b"two"))
        found.append(counted(wrapped.bandit).rewards)

    wrapped = wrap(with_front(app))
    serve(wrapped, buying(wrapped))
    assert found == [1]


def a_background_task_runs_behind_the_response(wrap: Wrap) -> None:
    """The client has the whole response when Starlette begins with a background task."""
    order: list[str] = []

    async def view(request: Request) -> PlainTextResponse:
        return PlainTextResponse("hello", background=BackgroundTask(order.append, "task"))

    def observe(message: Message) -> None:
        if message["type"] == "http.response.body" and not message.get("more_body"):
            order.append("response")

    serve(wrap(Starlette(routes=[Route("/", view)])), scope(), observe=observe)
    assert order == ["response", "task"]


def the_visit_is_seen_in_a_sync_endpoint(wrap: Wrap) -> None:
    """A sync endpoint, which Starlette runs in another thread, finds the arm of its request."""
    found: list[str] = []

    def view(request: Request) -> PlainTextResponse:
        found.append(arm_here(wrapped))
        return PlainTextResponse("hello")

    wrapped = wrap(Starlette(routes=[Route("/", view)]))
    assert serve(wrapped, scope()).body == b"hello"
    assert found[0] in {"red", "blue"}


_said: ContextVar[str] = ContextVar("said")


def what_the_app_sets_in_the_context_is_seen_outside(wrap: Wrap) -> None:
    """A context variable that the app sets is there for the middleware around."""
    found: list[str] = []

    async def inner(scope: Scope, receive: Receive, send: Send) -> None:
        _said.set("by the app")
        await send(start(200, TEXT))
        await send(body())

    wrapped = wrap(inner)

    async def outer(scope: Scope, receive: Receive, send: Send) -> None:
        _said.set("before")
        await wrapped(scope, receive, send)
        found.append(_said.get())

    serve(outer, scope())
    assert found == ["by the app"]


def an_exception_after_the_start_is_no_reward(wrap: Wrap) -> None:
    """A response that breaks off earns nothing, although its status was good."""
    error = OSError("disk")

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send(start(200, TEXT))
        await send(body(b"half", more=True))
        raise error

    wrapped = wrap(with_front(app))
    assert raised(wrapped, buying(wrapped)) is error
    assert counted(wrapped.bandit).rewards == 0


def an_error_response_is_recorded_as_one(wrap: Wrap) -> None:
    """A 500, or an exception that the server turns into one, is neither pull nor reward."""
    answered = wrap(sending(start(500, TEXT), body(b"oh")))
    assert serve(answered, scope()).start["status"] == 500
    assert counted(answered.bandit)[:2] == (0, 0)
    assert counted(answered.bandit).excluded == {"status": 1}
    error = ValueError("the app's own")

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        raise error

    failing = wrap(app)
    assert raised(failing, scope()) is error
    assert counted(failing.bandit)[:2] == (0, 0)


#: The twenty of the design.
CASES: tuple[Case, ...] = (
    *PASSING,
    headers_may_be_missing,
    headers_may_be_a_tuple,
    headers_may_be_a_generator,
    a_message_is_never_changed,
    a_response_that_is_used_again_stays_clean,
    nothing_is_buffered,
    a_reward_is_recorded_at_the_end_of_the_body,
    a_background_task_runs_behind_the_response,
    the_visit_is_seen_in_a_sync_endpoint,
    what_the_app_sets_in_the_context_is_seen_outside,
    an_exception_after_the_start_is_no_reward,
    an_error_response_is_recorded_as_one,
)
