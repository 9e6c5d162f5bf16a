"""Progress of what takes longer than a second, for people who look at a terminal."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

import click

T = TypeVar("T")

#: Seconds after which somebody who waits wants to know how long.
PATIENCE = 1.0


def shown(
    items: Iterable[T],
    *,
    length: int | None,
    label: str,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[T]:
    """Yield items, with a bar on stderr that shows them pass if that takes more than a second.

    There is none in a pipe or a file.

    Args:
        items: what takes its time.
        length: how many there are, or None if nobody knows.
        label: what is done with them.
        clock: seconds.
    """
    if not sys.stderr.isatty():
        yield from items
        return
    with contextlib.ExitStack() as stack:
        due, bar = clock() + PATIENCE, None
        for number, item in enumerate(items, start=1):
            yield item
            if bar is not None:
                bar.update(1)
            elif clock() > due:
                pos = length is None
                bar = stack.enter_context(
                    click.progressbar(items, length, label, file=sys.stderr, show_pos=pos)
                )
                bar.update(number)
