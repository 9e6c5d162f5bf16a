"""Apps that give one answer, to be called in the place of the app that would have given its own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import TYPE_CHECKING, Any

from banditware.answer import Answer, Later, Received

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


def wsgi_app(answer: Answer | Later) -> WSGIApplication:
    """Return a WSGI app that answers so, whatever is asked."""

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        given = answer.respond(_sent(environ, answer.most)) if isinstance(answer, Later) else answer
        start_response(given.status_line, given.whole_headers)
        return [given.content(environ.get("REQUEST_METHOD", ""))]

    return app


def asgi_app(answer: Answer | Later) -> Callable[..., Awaitable[None]]:
    """Return an ASGI app that answers so, whatever is asked."""

    async def app(scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        given = await _made(answer, scope, receive) if isinstance(answer, Later) else answer
        headers = [
            (name.lower().encode("latin-1"), value.encode("latin-1"))
            for name, value in given.whole_headers
        ]
        start = {"type": "http.response.start", "status": given.status, "headers": headers}
        await send(start)
        content = given.content(scope.get("method", ""))
        await send({"type": "http.response.body", "body": content})

    return app


def _sent(environ: WSGIEnvironment, most: int) -> Received:
    """Return what a WSGI request sent."""
    length = environ.get("CONTENT_LENGTH") or "0"
    body: bytes | None = None
    if length.isdecimal() and int(length) <= most:
        body = environ["wsgi.input"].read(int(length)) if int(length) else b""
    return Received(body, environ.get("REMOTE_ADDR") or "", environ.get("SCRIPT_NAME") or "")


async def _made(later: Later, scope: MutableMapping[str, Any], receive: Any) -> Answer:
    """Return the answer to an ASGI request, made in a thread."""
    body: bytes | None = b""
    more = True
    while more and body is not None:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > later.most:
            body = None
    client = (scope.get("client") or ("",))[0]
    received = Received(body, str(client), scope.get("root_path") or "")
    return await _beside(later.respond, received)


async def _beside(respond: Callable[[Received], Answer], received: Received) -> Answer:
    """Respond in a thread of whichever event loop runs; ASGI servers have one of these two."""
    import asyncio  # noqa: PLC0415  # WSGI apps have no use for it

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        from trio import to_thread  # noqa: PLC0415  # it runs, so it is there

        return await to_thread.run_sync(respond, received)
    return await asyncio.to_thread(respond, received)
