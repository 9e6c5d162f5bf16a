from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.test import AsyncRequestFactory, override_settings

from banditware_django.middleware import BanditsMiddleware
from tests.django.site import buy, page, project
from tests.wires import wsgi
from tests.wires.shop import BROWSER, OpenShop, counted


def with_checkout(checkout: Any) -> Any:
    """Return a view with a plain front page, and another one that earns."""

    def view(request: HttpRequest) -> Any:
        return HttpResponse("front") if request.path == "/" else checkout(request)

    return view


def test_content_is_recorded_when_it_is_made(open_shop: OpenShop) -> None:
    """A response with all its content is counted before its body goes out."""
    shop = open_shop()
    served = wsgi.Served()
    result = project(shop)(wsgi.environ(), served.start_response)
    assert counted(shop).pulls == 1
    result.close()


def streaming(request: HttpRequest) -> Any:
    """A view that streams."""
    return StreamingHttpResponse(iter([b"one", b"two"]))


def test_a_stream_is_recorded_when_it_ends(open_shop: OpenShop) -> None:
    """A stream counts with its end, before it is closed, and once."""
    shop = open_shop()
    served = wsgi.Served()
    result = project(shop, streaming)(wsgi.environ(), served.start_response)
    chunks = iter(result)
    assert (next(chunks), next(chunks), counted(shop).pulls) == (b"one", b"two", 0)
    assert next(chunks, None) is None
    assert counted(shop).pulls == 1
    result.close()
    assert counted(shop).pulls == 1


@pytest.mark.parametrize("chunks", [1, 0])
def test_a_stream_that_is_left_early_is_recorded(open_shop: OpenShop, chunks: int) -> None:
    """A client that leaves early has seen its arm, also one that takes nothing of the body."""
    shop = open_shop()
    served = wsgi.Served()
    result = project(shop, streaming)(wsgi.environ(), served.start_response)
    iterator = iter(result)
    for _ in range(chunks):
        next(iterator)
    assert counted(shop).pulls == 0
    result.close()
    assert counted(shop).pulls == 1


def test_a_stream_that_fails_earns_nothing(open_shop: OpenShop) -> None:
    """A response that breaks off by an error of the app earns nothing; the error is the app's."""
    shop = open_shop()

    def broken(request: HttpRequest) -> Any:
        def chunks() -> Iterator[bytes]:
            yield b"half"
            raise OSError("disk")

        return StreamingHttpResponse(chunks())

    with pytest.raises(OSError, match="disk"):
        buy(project(shop, with_checkout(broken)))
    assert counted(shop)[:2] == (1, 0)


def test_a_file_stays_a_file(open_shop: OpenShop) -> None:
    """The server gets the file itself to send, and counts when it has closed it."""
    shop = open_shop()
    file = io.BytesIO(b"contents")
    given: list[Any] = []

    def wrapper(each: Any, size: int) -> Any:
        given.append(each)
        return each

    app = project(shop, lambda request: FileResponse(file))
    served = wsgi.serve(app, wsgi.environ(**{"wsgi.file_wrapper": wrapper}))
    assert (given, served.body, file.closed) == ([file], b"contents", True)
    assert counted(shop).pulls == 1


def test_what_earns_nothing_is_left_as_it_is(open_shop: OpenShop) -> None:
    """A stream on no route is the app's own."""
    shop = open_shop(routes=[])
    served = page(project(shop, streaming))
    assert (served.body, shop.stats("color")["excluded"]) == (b"onetwo", {})


def streamed(shop: Any, chunks: Any) -> Any:
    """Return the response of an async project whose view streams these chunks."""

    async def view(request: HttpRequest) -> Any:
        return StreamingHttpResponse(chunks)

    with override_settings(BANDITWARE={"CONFIG": shop}):
        middleware = BanditsMiddleware(view)
    request = AsyncRequestFactory().get("/", headers={"User-Agent": BROWSER})
    return middleware(request)


def test_an_async_stream_is_recorded_when_it_ends(open_shop: OpenShop) -> None:
    """A stream that coroutines make counts with its end, and once."""
    shop = open_shop()

    async def chunks() -> AsyncIterator[bytes]:
        yield b"one"
        assert counted(shop).pulls == 0

    async def read() -> list[bytes]:
        response = await streamed(shop, chunks())
        found = [chunk async for chunk in response]
        assert counted(shop).pulls == 1
        response.close()
        return found

    assert asyncio.run(read()) == [b"one"]
    assert counted(shop).pulls == 1


def test_an_async_stream_that_fails_counts_nothing(open_shop: OpenShop) -> None:
    """A stream that breaks off by an error of the app is neither pull nor reward."""
    shop = open_shop()

    async def chunks() -> AsyncIterator[bytes]:
        yield b"half"
        raise OSError("disk")

    async def read() -> None:
        response = await streamed(shop, chunks())
        try:
            async for _ in response:
                pass
        finally:
            response.close()

    with pytest.raises(OSError, match="disk"):
        asyncio.run(read())
    assert counted(shop).pulls == 0
