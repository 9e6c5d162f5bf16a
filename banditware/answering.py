"""Apps that give one answer, to be called in the place of the app that would have given its own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import TYPE_CHECKING, Any

from banditware.answer import Answer

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


def wsgi_app(answer: Answer) -> WSGIApplication:
    """Return a WSGI app that answers so, whatever is asked."""

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        start_response(answer.status_line, answer.whole_headers)
        return [answer.content(environ.get("REQUEST_METHOD", ""))]

    return app


def asgi_app(answer: Answer) -> Callable[..., Awaitable[None]]:
    """Return an ASGI app that answers so, whatever is asked."""

    async def app(scope: MutableMapping[str, Any], _receive: Any, send: Any) -> None:
        headers = [
            (name.lower().encode("latin-1"), value.encode("latin-1"))
            for name, value in answer.whole_headers
        ]
        start = {"type": "http.response.start", "status": answer.status, "headers": headers}
        await send(start)
        content = answer.content(scope.get("method", ""))
        await send({"type": "http.response.body", "body": content})

    return app
