"""What else is in a Starlette app: other middleware, handlers, WebSockets, background tasks."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from banditware import Bandit, current_visit
from banditware.asgi import Message
from banditware.current import NoVisitError
from banditware_starlette import BanditsMiddleware, visit_of
from tests.wires.asgi import Served, patiently, scope, serve
from tests.wires.shop import OpenShop, counted
from tests.wires.visitors import Request as Sent
from tests.wires.visitors import Visitor, asgi_ask


def arm_of(request: Request) -> str:
    """Return the visitor's arm."""
    arm: str = request.state.bandits.decide("color").arm
    return arm


def seen(request: Request) -> PlainTextResponse:
    """A view that answers with the visitor's arm."""
    return PlainTextResponse(arm_of(request))


def thanks(request: Request) -> PlainTextResponse:
    """A view that answers well."""
    return PlainTextResponse("thanks")


class Telling(BaseHTTPMiddleware):
    """Middleware as Starlette's documentation has it: tells the arm in a header."""

    async def dispatch(self, request: Request, call_next: Callable[..., Any]) -> Response:
        """Answer, with the arm in a header."""
        response: Response = await call_next(request)
        assert request.state.bandits is visit_of(request)
        response.headers.append("x-arm", arm_of(request))
        return response


def bandits(shop: Bandit) -> Middleware:
    """Return ours."""
    return Middleware(BanditsMiddleware, config=shop)


@pytest.mark.parametrize("outside", [True, False])
@pytest.mark.parametrize("times", [1, 3])
def test_other_middleware_on_either_side(open_shop: OpenShop, outside: bool, times: int) -> None:
    """`BaseHTTPMiddleware` sees the visit, and what it does to messages costs no count."""
    shop = open_shop()
    others = [Middleware(Telling)] * times
    stack = [*others, bandits(shop)] if outside else [bandits(shop), *others]
    routes = [Route("/", seen), Route("/buy", thanks, methods=["POST"])]
    app = Starlette(routes=routes, middleware=stack)
    for _ in range(3):
        visitor = Visitor(asgi_ask(patiently(app)))
        first, again = visitor.get(), visitor.get()
        assert first.values("x-arm") == [first.body.decode()] * times
        assert first.body == again.body
        assert len(first.values("set-cookie")) == 1
        visitor.post()
    assert counted(shop)[:2] == (3, 3)


def refusing(status: int) -> Callable[[Request], Response]:
    """Return a view that refuses to answer."""

    def view(request: Request) -> Response:
        raise HTTPException(status)

    return view


def handled(request: Request, error: Exception) -> PlainTextResponse:
    """A handler that shows the arm on its page."""
    return PlainTextResponse(f"{arm_of(request)} {visit_of(request) is current_visit()}", 404)


def test_handlers_of_exceptions_see_the_visit(open_shop: OpenShop) -> None:
    """A page of the app's own for what is missing shows the arm, and an error counts no pull."""
    shop = open_shop()
    routes = [Route("/", refusing(404))]
    app = Starlette(routes=routes, middleware=[bandits(shop)], exception_handlers={404: handled})
    reply = asgi_ask(app)(Sent())
    assert reply.body in {b"red True", b"blue True"}
    assert (counted(shop).pulls, counted(shop).excluded) == (0, {"status": 1})


@pytest.mark.parametrize("state", [{}, {"state": {}}])
def test_the_handler_of_all_exceptions_sees_the_visit(
    open_shop: OpenShop, state: dict[str, Any]
) -> None:
    """The handler for 500, which stands outside of every middleware, sees the visit, too."""
    visits: list[Any] = []

    def view(request: Request) -> Response:
        visits.append(current_visit())
        raise RuntimeError("the app's own")

    def broken(request: Request, error: Exception) -> PlainTextResponse:
        visits.extend([request.state.bandits, visit_of(request)])
        return PlainTextResponse("sorry", 500)

    shop = open_shop()
    app = Starlette(
        routes=[Route("/", view)], middleware=[bandits(shop)], exception_handlers={500: broken}
    )
    with pytest.raises(RuntimeError, match="the app's own"):
        serve(app, scope(**state))
    first, *others = visits
    assert [each is first for each in others] == [True, True]
    assert counted(shop).pulls == 0


def test_a_websocket_is_untouched(open_shop: OpenShop) -> None:
    """A WebSocket has no visit, and its messages and its scope are its own."""
    found: list[Any] = []

    async def echo(socket: WebSocket) -> None:
        await socket.accept()
        async for text in socket.iter_text():
            await socket.send_text(f"{text}!")
        found.append({**socket.scope["state"]})
        with pytest.raises(NoVisitError, match="this websocket connection has no visit"):
            visit_of(socket)
        with pytest.raises(NoVisitError):
            current_visit()

    app = Starlette(routes=[WebSocketRoute("/", echo)], middleware=[bandits(open_shop())])
    incoming: list[Message] = [
        {"type": "websocket.connect"},
        {"type": "websocket.receive", "text": "hello"},
        {"type": "websocket.disconnect", "code": 1000},
    ]
    connection = {"type": "websocket", "path": "/", "headers": [], "scheme": "ws", "state": {}}
    served = serve(app, connection, incoming)
    assert [each.get("text") for each in served.sent] == [None, "hello!"]
    assert found == [{}]


def test_a_background_task_is_untouched(open_shop: OpenShop) -> None:
    """A task runs once, when the response is out and its pull recorded, within its visit."""
    shop, served = open_shop(), Served()
    done: list[tuple[int, float, str]] = []

    def later(value: str) -> None:
        assert current_visit()["color"] == value
        done.append((len(served.sent), counted(shop).pulls, value))

    async def view(request: Request) -> PlainTextResponse:
        value = request.state.bandits["color"]
        return PlainTextResponse(value, background=BackgroundTask(later, value))

    app = Starlette(routes=[Route("/", view)], middleware=[bandits(shop)])
    asyncio.run(app(scope(), served.receive, served.send))
    assert done == [(2, 1, served.body.decode())]


def test_without_the_middleware() -> None:
    """A view of an app without the middleware is told what is missing."""

    def view(request: Request) -> Response:
        visit_of(request)
        return Response()

    with pytest.raises(NoVisitError, match=r"this http connection .* needs Middleware\(Bandits"):
        serve(Starlette(routes=[Route("/", view)]), scope())
