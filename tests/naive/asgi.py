"""Three ways to write an ASGI wrapper that pass a first look."""

from __future__ import annotations

from typing import Any

from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.requests import Request
from starlette.responses import Response

from banditware import Bandit
from banditware.asgi import ASGIApplication, Message, Receive, Scope, Send
from tests.naive.steps import Steps


class Mutating:
    """Changes the app's own messages, and credits when the app has returned."""

    def __init__(self, app: ASGIApplication, bandit: Bandit) -> None:
        self.app = app
        self.bandit = bandit
        self.steps = Steps(bandit)
        self.arm_here = self.steps.arm_here

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        cookie = dict(scope["headers"]).get(b"cookie", b"").decode()
        token = self.steps.arrive(scope["method"], scope["path"], cookie)
        status = 500

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                if token:
                    message["headers"].append((b"set-cookie", f"bw={token}".encode()))
            await send(message)

        await self.app(scope, receive, sending)
        self.steps.leave(scope["path"], status, cookie)


class Buffering:
    """Reads the whole request, collects the whole response and sends it in one piece."""

    def __init__(self, app: ASGIApplication, bandit: Bandit) -> None:
        self.app = app
        self.bandit = bandit
        self.steps = Steps(bandit)
        self.arm_here = self.steps.arm_here

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        cookie = dict(scope["headers"]).get(b"cookie", b"").decode()
        token = self.steps.arrive(scope["method"], scope["path"], cookie)
        request = await _read(receive)
        start: dict[str, Any] = {}
        parts: list[bytes] = []

        async def replaying() -> Message:
            return {"type": "http.request", "body": request, "more_body": False}

        async def collecting(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            elif message["type"] == "http.response.body":
                parts.append(message.get("body", b""))

        try:
            await self.app(scope, replaying, collecting)
        finally:
            self.steps.leave(scope["path"], start.get("status", 500), cookie)
        added = [(b"set-cookie", f"bw={token}".encode())] if token else []
        await send({**start, "headers": [*dict(start["headers"]).items(), *added]})
        await send({"type": "http.response.body", "body": b"".join(parts)})


async def _read(receive: Receive) -> bytes:
    parts, more = [], True
    while more:
        message = await receive()
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
    return b"".join(parts)


class Dispatching(BaseHTTPMiddleware):
    """Does it as Starlette's documentation shows first."""

    def __init__(self, app: ASGIApplication, bandit: Bandit) -> None:
        super().__init__(app)
        self.bandit = bandit
        self.steps = Steps(bandit)
        self.arm_here = self.steps.arm_here

    async def dispatch(self, request: Request, call_next: RequestResponseEndpoint) -> Response:
        """Answer a request."""
        cookie = request.headers.get("cookie", "")
        token = self.steps.arrive(request.method, request.url.path, cookie)
        response = await call_next(request)
        if token:
            response.set_cookie("bw", token)
        self.steps.leave(request.url.path, response.status_code, cookie)
        return response


NAIVE: dict[str, type[Mutating | Buffering | Dispatching]] = {
    "mutating": Mutating,
    "buffering": Buffering,
    "dispatching": Dispatching,
}
