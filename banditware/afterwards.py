"""Knows when a response is out, where rounds have to be done between requests.

Only then, and only by a process without threads of its own, is any of this used.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator, MutableMapping
from typing import Any

#: The key in a WSGI environ and an ASGI scope of a request that is watched already.
ATTENDED = "banditware.attended"


def attended(
    app: Callable[..., Iterable[bytes]],
    environ: dict[str, Any],
    start_response: Callable[..., Any],
    between: Callable[[], None],
) -> Iterable[bytes]:
    """Answer a WSGI request, and call `between` if the response is out when its body is closed.

    That is certain if it says its length and that many bytes were taken: of others the end may
    still be to come, as it is the end of the connection.
    """
    environ[ATTENDED] = True
    missing = _Missing()

    def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
        missing.bytes = _length(headers)
        return start_response(status, headers, *more)

    return _Attended(app(environ, start), missing, between)


def _length(headers: Iterable[tuple[str, str]]) -> int:
    """Return what a response says its length is; -1 if it does not."""
    lengths = [value for name, value in headers if name.lower() == "content-length"]
    return int(lengths[0]) if len(lengths) == 1 and lengths[0].isdecimal() else -1


class _Missing:
    """The bytes that are still to be sent; at first, and for good if that is not known, -1."""

    __slots__ = ("bytes",)

    def __init__(self) -> None:
        self.bytes = -1


class _Attended:
    """The app's body, counted."""

    __slots__ = ("_between", "_body", "_chunks", "_missing", "_sent")

    def __init__(
        self, body: Iterable[bytes], missing: _Missing, between: Callable[[], None]
    ) -> None:
        self._body = body
        self._chunks = iter(body)
        self._missing = missing
        self._between = between
        self._sent = False

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        chunk = next(self._chunks)
        self._missing.bytes -= len(chunk)
        self._sent = self._sent or bool(chunk)
        return chunk

    def close(self) -> None:
        """Close the app's body; then the response is out, if all of it was taken."""
        close = getattr(self._body, "close", None)
        if close is not None:
            close()
        if self._sent and self._missing.bytes == 0:
            self._between()


class Attendant:
    """Knows which ASGI requests are open; there may be event loops in several threads."""

    __slots__ = ("_open",)

    def __init__(self) -> None:
        self._open: set[object] = set()

    async def __call__(
        self,
        answer: Callable[..., Awaitable[None]],
        request: tuple[MutableMapping[str, Any], Any, Any],
        between: Callable[[], None],
    ) -> None:
        """Answer an ASGI request, and call `between` if no other one is open then."""
        request[0][ATTENDED] = True
        mine = object()
        self._open.add(mine)
        try:
            await answer(*request)
        finally:
            self._open.discard(mine)
        if not self._open:
            between()
