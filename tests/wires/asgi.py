"""An ASGI server in one function, that notes everything an app sends."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from banditware.asgi import ASGIApplication, Message, Receive, Scope, Send
from tests.wires.shop import BROWSER


def scope(method: str = "GET", path: str = "/", **more: Any) -> Scope:
    """Return the scope of a browser's request; keys in `more` are added as they are."""
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(b"user-agent", BROWSER.encode())],
        "client": ("127.0.0.1", 50_000),
        "server": ("testserver", 80),
        "extensions": {},
        **more,
    }


def start(status: int = 200, *headers: tuple[bytes, bytes], **more: Any) -> Message:
    """Return the message that starts a response."""
    return {"type": "http.response.start", "status": status, "headers": [*headers], **more}


def body(content: bytes = b"hello", *, more: bool = False) -> Message:
    """Return a message with a part of the body."""
    return {"type": "http.response.body", "body": content, "more_body": more}


REQUEST: Message = {"type": "http.request", "body": b"", "more_body": False}

DISCONNECT: Message = {"type": "http.disconnect"}

Observer = Callable[[Message], object]


@dataclass
class Served:
    """What an app did with one connection.

    Attributes:
        sent: the messages it sent, as the very objects.
        incoming: what it did not receive; the client hangs up after the last.
        observe: told of every message before it goes out.
    """

    sent: list[Message] = field(default_factory=list)
    incoming: list[Message] = field(default_factory=lambda: [REQUEST])
    observe: Observer | None = None

    @property
    def kinds(self) -> list[str]:
        """The types of all messages, in order."""
        return [message["type"] for message in self.sent]

    @property
    def start(self) -> Message:
        """The message that started the response."""
        return next(each for each in self.sent if each["type"] == "http.response.start")

    @property
    def body(self) -> bytes:
        """The whole body."""
        return b"".join(each.get("body", b"") for each in self.sent)

    def values(self, name: str) -> list[bytes]:
        """Return the values of a response header, in order."""
        return [value for key, value in self.start["headers"] if key.lower() == name.encode()]

    async def receive(self) -> Message:
        """The server's `receive`."""
        await asyncio.sleep(0)
        return self.incoming.pop(0) if self.incoming else DISCONNECT

    async def send(self, message: Message) -> None:
        """The server's `send`."""
        await asyncio.sleep(0)
        if self.observe is not None:
            self.observe(message)
        self.sent.append(message)


def serve(
    app: ASGIApplication,
    connection: Scope,
    incoming: Iterable[Message] = (REQUEST,),
    observe: Observer | None = None,
) -> Served:
    """Run one connection as a server does."""
    served = Served(incoming=list(incoming), observe=observe)
    asyncio.run(_awaited(app(connection, served.receive, served.send)))
    return served


async def _awaited(call: Awaitable[None]) -> None:
    await call


def patiently(app: ASGIApplication) -> ASGIApplication:
    """Return the app, for a client that hangs up when it has the whole response.

    `serve` hangs up after the request, which ends what listens while it answers.
    """

    async def call(scope: Scope, receive: Receive, send: Send) -> None:
        done = asyncio.Event()

        async def wait() -> Message:
            message = await receive()
            if message is DISCONNECT:
                await done.wait()
            return message

        async def note(message: Message) -> None:
            await send(message)
            if message["type"] == "http.response.body" and not message.get("more_body"):
                done.set()

        await app(scope, wait, note)

    return call


def sending(*messages: Message) -> ASGIApplication:
    """Return an app that sends these messages, whatever is asked."""

    async def app(scope: Scope, receive: Any, send: Any) -> None:
        for message in messages:
            await send(message)

    return app
