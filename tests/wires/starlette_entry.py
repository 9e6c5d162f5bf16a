"""The ways in through apps of Starlette and FastAPI, with `BanditsMiddleware` in their stacks."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from banditware.asgi import Receive, Scope, Send
from banditware_starlette import BanditsMiddleware
from tests.wires import asgi
from tests.wires.visitors import Ask, Reply, Seen, View, Wrapper, asgi_ask

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


def starlette_entry(view: View, wrapper: Wrapper) -> Ask:
    """Send requests to the view as the only one of a Starlette app: sync, in its thread pool."""

    def answer(request: Request) -> Response:
        return _answered(view, request)

    routes = [Route("/{path:path}", answer, methods=METHODS)]
    return asgi_ask(Starlette(routes=routes, middleware=_stack(wrapper)))


def fastapi_entry(view: View, wrapper: Wrapper) -> Ask:
    """Send requests to the view as the only one of a FastAPI app, async."""
    app = FastAPI(middleware=_stack(wrapper), openapi_url=None)
    app.router.route_class = _WithoutCookies

    async def answer(request: Request) -> Response:
        return _answered(view, request)

    app.add_api_route("/{path:path}", answer, methods=METHODS, response_model=None)
    return asgi_ask(app)


class _Exactly(Response):
    """A response of exactly the headers and chunks of a reply."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(status_code=reply.status)
        self.raw_headers = [(k.encode("latin-1"), v.encode("latin-1")) for k, v in reply.headers]
        self.chunks = reply.chunks

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send all of it."""
        await send(asgi.start(self.status_code, *self.raw_headers))
        for chunk in self.chunks:
            await send(asgi.body(chunk, more=True))
        await send(asgi.body(b""))


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


def _answered(view: View, request: Request) -> Response:
    """Return the view's reply as a response."""
    path, visit = request.scope["path"], getattr(request.state, "bandits", None)
    return _Exactly(view(Seen(path, visit, dict(request.headers))))


def _stack(wrapper: Wrapper) -> list[Middleware]:
    """Return the middleware for the bandit that a wrapper brings; none if it wraps nothing."""
    bandit: Any = getattr(wrapper(Starlette()), "bandit", None)
    return [] if bandit is None else [Middleware(BanditsMiddleware, config=bandit)]
