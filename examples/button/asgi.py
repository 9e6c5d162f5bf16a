"""A shop with one button, as a plain ASGI app: `wsgi.py` once more, for the other interface."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from html import escape
from pathlib import Path
from string import Template
from typing import Any

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

PAGE = Template(Path(__file__).with_name("page.html").read_text(encoding="utf-8"))


async def app(scope: Message, _receive: Receive, send: Send) -> None:
    """Show the page at `GET /`, and take the click at `POST /btnclick`."""
    if scope["type"] != "http":
        raise RuntimeError(f"this app speaks http only, not {scope['type']}")
    request = scope["method"], scope["path"]
    if request == ("GET", "/"):
        visit = scope["banditware.visit"]
        page = PAGE.substitute(color=escape(visit["color_btn"]), text=escape(visit["txt_btn"]))
        await respond(send, 200, (b"content-type", b"text/html; charset=utf-8"), page.encode())
    elif request == ("POST", "/btnclick"):
        await respond(send, 303, (b"location", b"/#thanks"))
    else:
        await respond(send, 404, (b"content-type", b"text/plain"), b"There is only one page: /\n")


async def respond(send: Send, status: int, header: tuple[bytes, bytes], body: bytes = b"") -> None:
    """Send a whole response."""
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [header, length]})
    await send({"type": "http.response.body", "body": body})
