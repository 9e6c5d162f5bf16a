from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest
from django.http import HttpRequest
from django.test import RequestFactory, override_settings

from banditware.answer import Answer, Later, Received
from banditware_django.answering import answering
from tests.wires import django_project

django_project.set_up()


def told(received: Received) -> Answer:
    """Answer with what was received."""
    body = "too much" if received.body is None else received.body.decode()
    text = f"{body} from {received.client} below {received.mount!r}"
    return Answer(200, (("X-Thread", threading.current_thread().name),), text.encode())


def posted(body: bytes, **meta: str) -> HttpRequest:
    """Return a request with this content."""
    return RequestFactory().post("/x", data=body, content_type="text/plain", **meta)


def answer(request: HttpRequest, most: int) -> str:
    """Return the text of the answer that takes so many bytes."""
    response: Any = answering(Later(told, most), is_async=False)(request)
    return str(response.content.decode())


def test_what_was_sent() -> None:
    """The answer is made from what was sent, by whom, and below which mount point."""
    assert answer(posted(b"hello"), 5) == "hello from 127.0.0.1 below ''"
    assert answer(posted(b"hello", SCRIPT_NAME="/shop"), 5).endswith("below '/shop'")


def test_too_much() -> None:
    """What says that it is too long is not read; what does not say its length is cut off."""
    assert answer(posted(b"hello!"), 5).startswith("too much")
    request = posted(b"hello!")
    del request.META["CONTENT_LENGTH"]
    assert answer(request, 5).startswith("too much")
    assert answer(posted(b"hello", CONTENT_LENGTH="five"), 5).startswith("too much")


def test_more_than_django_allows() -> None:
    """The project's own limit holds."""
    with override_settings(DATA_UPLOAD_MAX_MEMORY_SIZE=3):
        assert answer(posted(b"hello"), 5).startswith("too much")


@pytest.mark.parametrize("later", [True, False])
def test_in_an_async_project(later: bool) -> None:
    """An answer that takes time is made in another thread; one that is there goes out at once."""
    given = Later(told, 5) if later else told(Received(b"there"))

    async def asked() -> Any:
        return await answering(given, is_async=True)(posted(b"hello"))

    response = asyncio.run(asked())
    here = response["X-Thread"] == threading.current_thread().name
    assert here != later
