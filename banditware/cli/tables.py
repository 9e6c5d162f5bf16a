"""Tables on a terminal, in a pipe, and in a log."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.console import RenderableType

_GAP = "  "


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of text under a title. The first columns are words, the others are numbers.

    Attributes:
        title: what the table shows.
        columns: the heads of the columns.
        rows: as many cells each as there are columns.
        notes: lines below the table.
        words: how many of the columns are words.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()
    words: int = 1

    def plain(self) -> str:
        """Return the table as aligned text."""
        lines = (self.columns, *self.rows)
        widths = [max(len(line[index]) for line in lines) for index in range(len(self.columns))]
        text = [_GAP.join(self._aligned(line, widths)).rstrip() for line in lines]
        return "\n".join([self.title, *(f"{_GAP}{line}" for line in (*text, *self.notes))])

    def rich(self) -> RenderableType:
        """Return the table for a terminal; needs rich."""
        from rich import box, table, text  # noqa: PLC0415 - an extra

        title = text.Text(self.title, style="bold")
        shown = table.Table(
            title=title,
            title_justify="left",
            box=box.ROUNDED,
            border_style="dim",
            caption=text.Text("\n".join(self.notes)) if self.notes else None,
            caption_justify="left",
        )
        for index, column in enumerate(self.columns):
            shown.add_column(text.Text(column), justify="right" if index >= self.words else "left")
        for row in self.rows:
            shown.add_row(*(text.Text(cell) for cell in row))
        return shown

    def _aligned(self, cells: tuple[str, ...], widths: list[int]) -> Iterable[str]:
        for index, (cell, width) in enumerate(zip(cells, widths, strict=True)):
            yield cell.rjust(width) if index >= self.words else cell.ljust(width)


def show(tables: Iterable[Table]) -> None:
    """Print tables: drawn on a terminal if rich is installed, as aligned text otherwise."""
    if on_terminal() and find_spec("rich"):
        from rich.console import Console  # noqa: PLC0415 - an extra

        console = Console()
        for table in tables:
            console.print(table.rich())
        return
    click.echo("\n\n".join(table.plain() for table in tables))


def on_terminal() -> bool:
    """Return True if a person looks at the output, not a pipe or a file."""
    return sys.stdout.isatty()


def percent(part: float, whole: float = 1.0) -> str:
    """Return a share as people read it, or a dash where there is nothing to share."""
    return f"{part / whole:.1%}" if whole else "-"
