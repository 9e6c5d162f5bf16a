"""A WSGI server in one function, that notes everything an app does to it."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeAlias
from wsgiref.util import setup_testing_defaults

from tests.wires.shop import BROWSER

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

ErrorInfo: TypeAlias = "tuple[type[BaseException], BaseException, TracebackType]"
HeaderList: TypeAlias = "list[tuple[str, str]]"


def environ(method: str = "GET", path: str = "/", /, **more: Any) -> WSGIEnvironment:
    """Return the environ of a browser's request; keys in `more` are added as they are."""
    found: WSGIEnvironment = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "HTTP_USER_AGENT": BROWSER,
        "wsgi.input": io.BytesIO(),
        **more,
    }
    setup_testing_defaults(found)
    return found


@dataclass
class Served:
    """What an app did with one request.

    Attributes:
        starts: status and headers of every call of `start_response`.
        written: what came by `write()` and by the iterable, in order.
        result: what the app returned, as the very object.
    """

    starts: list[tuple[str, HeaderList]] = field(default_factory=list)
    written: list[bytes] = field(default_factory=list)
    result: Iterable[bytes] = ()

    @property
    def status(self) -> str:
        """The status that went out."""
        return self.starts[-1][0]

    @property
    def headers(self) -> HeaderList:
        """The headers that went out."""
        return self.starts[-1][1]

    @property
    def body(self) -> bytes:
        """The whole body."""
        return b"".join(self.written)

    def values(self, name: str) -> list[str]:
        """Return the values of a header, in order."""
        return [value for key, value in self.headers if key.lower() == name.lower()]

    @property
    def start_response(self) -> StartResponse:
        """The server's part of PEP 3333, with its rule for `exc_info`."""

        def start_response(
            status: str, headers: HeaderList, exc_info: ErrorInfo | None = None
        ) -> Callable[[bytes], None]:
            if exc_info and self.written:
                raise exc_info[1].with_traceback(exc_info[2])
            if self.starts and not exc_info:
                raise AssertionError("start_response was called twice")
            self.starts.append((status, headers))
            return self.written.append

        return start_response  # type: ignore[return-value]  # the protocol is wider than a server


def serve(app: WSGIApplication, request: WSGIEnvironment, *, chunks: int | None = None) -> Served:
    """Run one request as a server does; after `chunks` chunks the client goes away."""
    served = Served()
    served.result = app(request, served.start_response)
    try:
        for number, chunk in enumerate(served.result, 1):
            assert served.starts, "a chunk before start_response"
            if chunk:
                served.written.append(chunk)
            if number == chunks:
                break
    finally:
        close = getattr(served.result, "close", None)
        if close is not None:
            close()
    return served
