"""What the ASGI cases do again and again."""

from __future__ import annotations

from banditware.asgi import ASGIApplication, Receive, Scope, Send
from tests.wires.asgi import Served, body, scope, sending, serve, start
from tests.wires.wrapping import Wrapped

TEXT = (b"content-type", b"text/plain")


def with_front(checkout: ASGIApplication) -> ASGIApplication:
    """Return an app with a plain front page, and the given one everywhere else."""
    front = sending(start(200, TEXT), body())

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        chosen = front if scope["path"] == "/" else checkout
        await chosen(scope, receive, send)

    return app


def cookie_of(served: Served) -> bytes:
    """Return the `Cookie` header of who got this response."""
    return bytes(served.values("set-cookie")[-1].partition(b";")[0])


def buying(wrapped: Wrapped) -> Scope:
    """Visit the front page; return the request of the same visitor that earns."""
    cookie = cookie_of(serve(wrapped, scope()))
    return scope("POST", "/buy", headers=[*scope()["headers"], (b"cookie", cookie)])


def raised(wrapped: Wrapped, connection: Scope) -> BaseException:
    """Return what an app raises."""
    try:
        serve(wrapped, connection)
    except Exception as error:  # noqa: BLE001  # whatever it is, it is compared
        return error
    raise AssertionError("nothing was raised")
