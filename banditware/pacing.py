"""How long work on a spool may keep others waiting.

Nothing is lost by stopping between two chunks: the store knows how far it has got.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from contextvars import ContextVar

from banditware import hosting
from banditware.errors import BanditwareError


class LateError(BanditwareError):
    """The time is up; what is left waits for the next round."""


_end: ContextVar[float] = ContextVar("banditware.pacing", default=float("inf"))


@contextlib.contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Let `breathe` raise in here once so many seconds have passed."""
    token = _end.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _end.reset(token)


def breathe() -> None:
    """Let others have their turn; called before each chunk.

    Raises:
        LateError: the time of `limited` is up.
    """
    if time.monotonic() > _end.get():
        raise LateError("the time between two requests is up")
    if hosting.cooperative():
        time.sleep(0)
