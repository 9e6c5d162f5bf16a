"""The ways in through apps of Starlette and FastAPI, with `BanditsMiddleware` in their stacks."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from banditware_starlette import BanditsMiddleware
from tests.wires.visitors import Ask, Seen, View, Wrapper, asgi_ask

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


def starlette_entry(view: View, wrapper: Wrapper) -> Ask:
    """Send requests to the view as the only one of a Starlette app: sync, in its thread pool."""

    def answer(request: Request) -> StreamingResponse:
        return _answered(view, request)

    routes = [Route("/{path:path}", answer, methods=METHODS)]
    return asgi_ask(Starlette(routes=routes, middleware=_stack(wrapper)))


def fastapi_entry(view: View, wrapper: Wrapper) -> Ask:
    """Send requests to the view as the only one of a FastAPI app, async."""
    app = FastAPI(middleware=_stack(wrapper), openapi_url=None)
    app.router.route_class = _WithoutCookies

    async def answer(request: Request) -> StreamingResponse:
        return _answered(view, request)

    app.add_api_route("/{path:path}", answer, methods=METHODS, response_model=None)
    return asgi_ask(app)


class _WithoutCookies(APIRoute):
    """A route that does not look at cookies.

    FastAPI reads those of every request, by `http.cookies`; before CPython 3.10.15, 3.11.10 and
    3.12.6 that took seconds for a header of backslashes (CVE-2024-7592), with and without us.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler, with what it would read there already."""
        handler = super().get_route_handler()

        async def handle(request: Request) -> Response:
            request._cookies = {}
            return await handler(request)

        return handle


def _answered(view: View, request: Request) -> StreamingResponse:
    """Return a response with exactly the headers and chunks of the view's reply."""
    reply = view(Seen(request.scope["path"], getattr(request.state, "bandits", None)))
    response = StreamingResponse(iter(reply.chunks), reply.status)
    response.raw_headers = [
        (name.encode("latin-1"), value.encode("latin-1")) for name, value in reply.headers
    ]
    return response


def _stack(wrapper: Wrapper) -> list[Middleware]:
    """Return the middleware for the bandit that a wrapper brings; none if it wraps nothing."""
    bandit: Any = getattr(wrapper(Starlette()), "bandit", None)
    return [] if bandit is None else [Middleware(BanditsMiddleware, config=bandit)]
