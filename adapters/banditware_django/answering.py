"""Answers of a visit as responses of Django."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

from banditware.answer import Answer


def answering(answer: Answer, *, is_async: bool) -> Callable[[HttpRequest], Any]:
    """Return what stands in for the rest of the project: it gives this answer."""

    def respond(request: HttpRequest) -> HttpResponse:
        response = HttpResponse(answer.content(request.method or ""), status=answer.status)
        del response.headers["Content-Type"]
        for name, value in answer.whole_headers:
            response.headers[name] = value
        return response

    async def awaited(request: HttpRequest) -> HttpResponse:
        return respond(request)

    return awaited if is_async else respond
