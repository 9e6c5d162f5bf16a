"""The ways in through Django: the middleware in front of a view, under WSGI and under ASGI."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Callable, Container, Iterable
from http.cookies import Morsel
from typing import Any

from django.conf import settings
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.test import override_settings
from django.urls import re_path
from django.utils.decorators import sync_and_async_middleware

from banditware.asgi import ASGIApplication, Message, Receive, Scope, Send
from tests.wires import django_project
from tests.wires.visitors import Ask, Reply, Seen, View, Wrapper, asgi_ask, wsgi_ask

django_project.set_up()


@sync_and_async_middleware  # type: ignore[untyped-decorator]  # Django has no type information
def with_view(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
    """Let a handler have the view that was set when it was made."""
    urls = (re_path("", settings.VIEW),)

    def middleware(request: HttpRequest) -> Any:
        request.urlconf = urls
        return get_response(request)

    async def awaited(request: HttpRequest) -> Any:
        return await middleware(request)

    return awaited if asyncio.iscoroutinefunction(get_response) else middleware


class _ASGIHandler(ASGIHandler):  # type: ignore[misc]  # Django has no type information
    """Keeps a request's body in memory: files are left to the garbage collector after an error."""

    async def read_body(self, receive: Receive) -> io.BytesIO:
        return io.BytesIO((await receive())["body"])


def django_wsgi_entry(view: View, wrapper: Wrapper) -> Ask:
    """Send requests to the view of a project under WSGI."""

    def django_view(request: HttpRequest) -> HttpResponse:
        reply = _answer(view, request)
        return _response(reply, iter(reply.chunks))

    return wsgi_ask(_wrapped(WSGIHandler, django_view, wrapper))


def django_asgi_entry(view: View, wrapper: Wrapper) -> Ask:
    """Send requests to the async view of a project under ASGI."""

    async def django_view(request: HttpRequest) -> HttpResponse:
        reply = _answer(view, request)
        return _response(reply, _later(reply.chunks))

    return asgi_ask(_staying(_wrapped(_ASGIHandler, django_view, wrapper)))


def _answer(view: View, request: HttpRequest) -> Reply:
    headers = {key.lower(): value for key, value in request.headers.items()}
    return view(Seen(request.path_info, getattr(request, "bandits", None), headers))


async def _later(chunks: Iterable[bytes]) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


def _response(reply: Reply, chunks: Any) -> Any:
    """Return a response with the headers of the reply; lines of one name are one to Django."""
    response: Any = StreamingHttpResponse(chunks) if reply.chunks[1:] else HttpResponse(reply.body)
    response.status_code = reply.status
    del response.headers["Content-Type"]
    for name, value in reply.headers:
        if name == "set-cookie":
            dict.__setitem__(response.cookies, str(len(response.cookies)), _Verbatim(value))
        else:
            known = [response.headers[name]] if name in response.headers else []
            response.headers[name] = ", ".join([*known, value])
    return response


class _Verbatim(Morsel):  # type: ignore[type-arg]  # its values are of no interest here
    """A cookie of the app as it stands, beside others of the same name."""

    def __init__(self, header: str) -> None:
        super().__init__()
        self._header = header

    def OutputString(self, attrs: Container[str] | None = None) -> str:  # noqa: N802  # http.cookies
        """Return the cookie."""
        return self._header


def _wrapped(handler: type[Any], view: Any, wrapper: Wrapper) -> Any:
    """Return a project with the middleware for the innermost bandit that the wrapper brings."""
    place = _project(handler, view, None)
    wrapped: Any = wrapper(place)
    layers: list[Any] = []
    while wrapped is not place:
        layers.append(wrapped)
        wrapped = wrapped.app
    project = _project(handler, view, layers.pop().bandit if layers else None)
    for each in reversed(layers):
        each.app = project
        project = each
    return project


def _project(handler: type[Any], view: Any, bandit: Any) -> Any:
    """Return the handler of a project that has the view alone; with no bandit, it is bare."""
    ours = [] if bandit is None else [django_project.MIDDLEWARE]
    with override_settings(
        MIDDLEWARE=[*ours, f"{__name__}.{with_view.__name__}"],
        BANDITWARE={"CONFIG": bandit},
        VIEW=view,
    ):
        return handler()


def _staying(app: ASGIApplication) -> ASGIApplication:
    """Let the client stay until the response is out: Django gives up requests of who goes away."""

    async def served(scope: Scope, receive: Receive, send: Send) -> None:
        body = [await receive()]

        async def staying() -> Message:
            if not body:
                await asyncio.Event().wait()
            return body.pop()

        await app(scope, staying, send)

    return served
