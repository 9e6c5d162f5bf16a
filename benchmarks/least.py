"""What a wrapper takes that does the least it has to: no middleware with a visit is faster."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any


class LeastWSGI:
    """The least that a wrapper has to do for views that may ask for its object in either way.

    The object is under a key in the environ, and in the context; it knows the request without
    being part of it, and when the response starts.
    """

    def __init__(self, app: Any) -> None:
        self.app = app

    def __call__(self, environ: Any, start_response: Any) -> Any:
        """Answer as the app does."""
        thing = environ["least"] = Thing(environ.copy())

        def start(status: str, headers: Any, exc_info: Any = None) -> Any:
            thing.started = True
            return start_response(status, headers)

        token = THING.set(thing)
        try:
            return self.app(environ, start)
        finally:
            THING.reset(token)


class Thing:
    """What such a wrapper gives to views."""

    def __init__(self, facts: Any) -> None:
        self.facts = facts
        self.started = False


class LeastASGI:
    """The same for ASGI: its object is in the scope, and in the context."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer as the app does."""
        thing = scope["least"] = Thing(scope.copy())

        async def start(message: Any) -> None:
            thing.started = True
            await send(message)

        token = THING.set(thing)
        try:
            await self.app(scope, receive, start)
        finally:
            THING.reset(token)


THING: ContextVar[Thing] = ContextVar("thing")
