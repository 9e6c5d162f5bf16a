"""Requests as functions without arguments, and the four kinds that DESIGN has budgets for."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, NamedTuple

BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"
HEADERS = {
    "host": "localhost",
    "user-agent": BROWSER,
    "accept": "text/html,application/xhtml+xml",
    "accept-language": "en",
    "accept-encoding": "gzip, deflate",
    "connection": "keep-alive",
}

#: A function that sends one request, and the list that gets its cookies.
Request = tuple[Callable[[], None], list[str]]


class Row(NamedTuple):
    """One row of DESIGN section 9.

    Attributes:
        what: the row's name.
        path: what is requested.
        returning: True if the visitor brings the cookie of an earlier visit.
        budget: microseconds that DESIGN allows.
    """

    what: str
    path: str
    returning: bool
    budget: float


ROWS = (
    Row("route that matches nothing", "/other", returning=True, budget=1.0),
    Row("returning visitor, two experiments", "/", returning=True, budget=6.0),
    Row("new visitor, two experiments", "/", returning=False, budget=35.0),
    Row("reward of two experiments", "/btnclick", returning=True, budget=30.0),
)


def environ(path: str, cookie: str) -> dict[str, Any]:
    """Return what a server hands to a WSGI app."""
    facts: dict[str, Any] = {
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.url_scheme": "http",
        "wsgi.input": None,
        "wsgi.errors": sys.stderr,
    }
    facts.update({f"HTTP_{k.upper().replace('-', '_')}": v for k, v in HEADERS.items()})
    return {**facts, "HTTP_COOKIE": cookie} if cookie else facts


def wsgi_request(app: Any, path: str, cookie: str) -> Request:
    """Return a function that sends one request, and the list that gets its cookies."""
    facts, cookies = environ(path, cookie), list[str]()

    def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
        cookies[:] = [value for key, value in headers if key == "Set-Cookie"]

    def request() -> None:
        body = app(dict(facts), start_response)
        for _ in body:
            pass
        if hasattr(body, "close"):
            body.close()

    return request, cookies


def scope(path: str, cookie: str) -> dict[str, Any]:
    """Return what a server hands to an ASGI app."""
    headers = [(k.encode(), v.encode()) for k, v in HEADERS.items()]
    if cookie:
        headers.append((b"cookie", cookie.encode()))
    return {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET",
        "scheme": "http", "path": path, "raw_path": path.encode(), "query_string": b"",
        "root_path": "", "headers": headers, "client": ("127.0.0.1", 1),
        "server": ("localhost", 80),
    }  # fmt: skip


def asgi_request(app: Any, path: str, cookie: str) -> Request:
    """Return a function that sends one request by stepping the coroutine, without a loop."""
    facts, cookies = scope(path, cookie), list[str]()

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        found = (v.decode() for k, v in message.get("headers", ()) if k == b"set-cookie")
        cookies[:] = [*found] or cookies

    def request() -> None:
        step = app(dict(facts), receive, send)
        try:
            step.send(None)
        except StopIteration:
            return

    return request, cookies
