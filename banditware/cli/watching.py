"""Numbers that stay current on a terminal, or come one after the other in a pipe."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timezone
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import click

from banditware.cli.tables import Table, on_terminal
from banditware.errors import StoreError

if TYPE_CHECKING:
    from rich.live import Live


class Pace(NamedTuple):
    """When the next reading is shown.

    Attributes:
        seconds: between two of them.
        clock: seconds since the epoch.
        sleep: waits so many seconds.
    """

    seconds: float
    clock: Callable[[], float]
    sleep: Callable[[float], object]


class Display(Protocol):
    """Shows one reading after the other."""

    def show(self, found: Any, now: float) -> None:
        """Show a reading, taken at `now` in seconds since the epoch."""
        ...

    def tell(self, trouble: str) -> None:
        """Say why there is no new reading."""
        ...

    def close(self) -> None:
        """Leave the last reading on the screen."""
        ...


def keep_showing(reading: Callable[[], Any], shown: Display, pace: Pace) -> None:
    """Show a new reading again and again, until interrupted; a store that is away is waited for.

    Args:
        reading: takes one; raises StoreError if it cannot.
        shown: shows it.
        pace: how often.
    """
    with contextlib.suppress(KeyboardInterrupt), contextlib.closing(shown):
        while True:
            try:
                shown.show(reading(), pace.clock())
            except StoreError as error:
                shown.tell(f"trying again: {error}")
            pace.sleep(pace.seconds)


def display(tables: Callable[[Any], Sequence[Table]]) -> Display:
    """Return what shows readings as tables: in place on a terminal if rich is installed.

    Args:
        tables: turns a reading into tables.
    """
    if on_terminal() and find_spec("rich"):
        return InPlace(tables)
    return InLines(lambda found, now: "\n\n".join([stamp(now), *_plain(tables(found))]) + "\n")


def stamp(now: float) -> str:
    """Return a time as it is shown, in UTC."""
    return f"{datetime.fromtimestamp(now, timezone.utc):%Y-%m-%d %H:%M:%S}Z"


def _plain(tables: Iterable[Table]) -> list[str]:
    return [table.plain() for table in tables]


class InLines:
    """One reading after the other, for a pipe, a file, and a terminal without rich."""

    def __init__(self, text: Callable[[Any, float], str]) -> None:
        """Remember how a reading is written, given it and its time."""
        self._text = text

    def show(self, found: Any, now: float) -> None:
        """See `Display.show`."""
        click.echo(self._text(found, now))

    def tell(self, trouble: str) -> None:
        """See `Display.tell`."""
        click.echo(trouble, err=True)

    def close(self) -> None:
        """See `Display.close`: there is nothing to close."""


class InPlace:
    """The same place of a terminal for every reading; needs rich."""

    def __init__(self, tables: Callable[[Any], Sequence[Table]]) -> None:
        """Remember how to turn a reading into tables."""
        from rich.live import Live  # noqa: PLC0415 - an extra

        self._tables = tables
        self._shown: Sequence[Any] = ()
        self._live: Live = Live(auto_refresh=False, vertical_overflow="ellipsis")
        self._live.start()

    def show(self, found: Any, now: float) -> None:
        """See `Display.show`."""
        self._shown = [table.rich() for table in self._tables(found)]
        self._draw(f"{stamp(now)}  Ctrl-C ends")

    def tell(self, trouble: str) -> None:
        """See `Display.tell`: the last reading stays."""
        self._draw(trouble)

    def close(self) -> None:
        """See `Display.close`."""
        self._live.stop()

    def _draw(self, below: str) -> None:
        from rich.console import Group  # noqa: PLC0415 - an extra
        from rich.text import Text  # noqa: PLC0415 - an extra

        self._live.update(Group(*self._shown, Text(below, style="dim")), refresh=True)
