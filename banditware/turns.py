"""Lets others have their turn in the middle of long work.

Only one thread of a process runs Python at a time, and one that does not stop by itself keeps a
request waiting for 5 ms whenever that has waited for something. So whoever works off the request
path says here how to stop for a moment (see `banditware.pacing`), and what may take long asks for
it: also what knows neither clocks nor threads.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator
from contextvars import ContextVar
from itertools import islice
from typing import TypeVar

T = TypeVar("T")

Turn = Callable[[], None]

_turn: ContextVar[Turn | None] = ContextVar("banditware.turns", default=None)


@contextlib.contextmanager
def given(turn: Turn) -> Iterator[None]:
    """Have others get their turn in here by calling `turn`, which decides when it is time."""
    token = _turn.set(turn)
    try:
        yield
    finally:
        _turn.reset(token)


def asked() -> Turn | None:
    """Return what gives others their turn; None where nobody else has to be considered."""
    return _turn.get()


def spaced(items: Iterable[T], every: int = 1) -> Iterable[T]:
    """Return the items, with turns of others before every so many of them.

    Args:
        items: what is worked on; itself where nobody else has to be considered.
        every: so many together take a fraction of a millisecond.
    """
    turn = _turn.get()
    return items if turn is None else _spaced(items, every, turn)


def _spaced(items: Iterable[T], every: int, turn: Turn) -> Iterator[T]:
    left = iter(items)
    while True:
        turn()
        some = tuple(islice(left, every))
        if not some:
            return
        yield from some
