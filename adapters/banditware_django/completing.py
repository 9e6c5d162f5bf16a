"""Knows when a response is complete, which is when its records are written.

A response with all its content is complete when it is made. A stream is when it ends, or when it
is closed without having failed: a client that leaves early has still seen its arm.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

from banditware import Bandit
from banditware.http import Effects


class Completion:
    """What to record once a response is complete.

    Attributes:
        failed: True if the response broke off by an error of the app, and is to count nothing.
    """

    __slots__ = ("_bandit", "_effects", "failed")

    def __init__(self, bandit: Bandit, effects: Effects) -> None:
        self._bandit = bandit
        self._effects: Effects | None = effects
        self.failed = False

    def __call__(self) -> None:
        """Record it, once, unless the response has failed."""
        effects, self._effects = self._effects, None
        if effects is not None and not self.failed:
            self._bandit.record(effects.records, effects.events)


def when_complete(response: Any, complete: Completion) -> None:
    """Call `complete` when the response is complete."""
    if not response.streaming:
        complete()
        return
    # A file has to stay the file, which servers may send by themselves.
    if getattr(response, "file_to_stream", None) is None:
        watched = _AsyncWatched if response.is_async else _Watched
        response.streaming_content = watched(response.streaming_content, complete)
    when_closed(response, complete)


def when_closed(response: Any, call: Callable[[], None]) -> None:
    """Call something behind the response's own `close`."""
    close = response.close

    def closing() -> None:
        try:
            close()
        finally:
            call()

    response.close = closing


class _Watched:
    """The chunks of a stream, and whether all of them were made."""

    __slots__ = ("_chunks", "_complete")

    def __init__(self, chunks: Iterator[bytes], complete: Completion) -> None:
        self._chunks = chunks
        self._complete = complete

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        try:
            return next(self._chunks)
        except StopIteration:
            self._complete()
            raise
        except Exception:
            self._complete.failed = True
            raise


class _AsyncWatched:
    """The same of a stream that is made by a coroutine."""

    __slots__ = ("_chunks", "_complete")

    def __init__(self, chunks: AsyncIterator[bytes], complete: Completion) -> None:
        self._chunks = chunks
        self._complete = complete

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        try:
            return await anext(self._chunks)
        except StopAsyncIteration:
            self._complete()
            raise
        except Exception:
            self._complete.failed = True
            raise
