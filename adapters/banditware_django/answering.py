"""Answers of a visit as responses of Django."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from asgiref.sync import sync_to_async
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse

from banditware.answer import Answer, Later, Received


def answering(answer: Answer | Later, *, is_async: bool) -> Callable[[HttpRequest], Any]:
    """Return what stands in for the rest of the project: it gives this answer."""

    def respond(request: HttpRequest) -> HttpResponse:
        given = answer.respond(_sent(request, answer.most)) if isinstance(answer, Later) else answer
        response = HttpResponse(given.content(request.method or ""), status=given.status)
        del response.headers["Content-Type"]
        for name, value in given.whole_headers:
            response.headers[name] = value
        return response

    async def awaited(request: HttpRequest) -> HttpResponse:
        if isinstance(answer, Later):
            return await sync_to_async(respond, thread_sensitive=False)(request)
        return respond(request)

    return awaited if is_async else respond


def _sent(request: HttpRequest, most: int) -> Received:
    """Return what a request sent; Django has its content in memory or in a file by now."""
    meta = request.META
    mount = request.path[: len(request.path) - len(request.path_info)]
    length = str(meta.get("CONTENT_LENGTH") or "0")
    body: bytes | None = None
    if length.isdecimal() and int(length) <= most:
        try:
            body = request.body
        except RequestDataTooBig:
            body = None
        if body is not None and len(body) > most:  # it came in chunks, without a length
            body = None
    return Received(body, meta.get("REMOTE_ADDR") or "", mount)
