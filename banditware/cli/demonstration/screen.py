"""What is seen while visitors come: a live table on a terminal, a line now and then elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import click
from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from banditware.cli.stats import experiment_table

#: Seconds between two looks at the counts.
PAUSE = 0.4

_WIDTH = 40
_LINES = 10


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a demonstration has got.

    Attributes:
        arrived: visitors who have seen the page.
        expected: visitors in all.
        clicked: those who clicked.
        seconds: since the first one was let in.
        reports: what the store has, by experiment; see `Bandit.stats`.
    """

    arrived: int
    expected: int
    clicked: int
    seconds: float
    reports: Mapping[str, Any]

    def __str__(self) -> str:
        return (
            f"{self.arrived:,} of {self.expected:,} visitors, {self.clicked:,} clicked, "
            f"{self.seconds:.0f} s"
        )


class Screen(Protocol):
    """Shows progress."""

    def update(self, progress: Progress) -> None:
        """Show how far it has got."""
        ...


class Lines:
    """A line at every tenth of the visitors."""

    def __init__(self) -> None:
        self._shown = 0

    def update(self, progress: Progress) -> None:
        """Print a line if it is time."""
        tenth = progress.arrived * _LINES // progress.expected
        if tenth > self._shown:
            self._shown = tenth
            click.echo(f"{progress}; next: {_propensities(progress.reports)}")


def _propensities(reports: Mapping[str, Any]) -> str:
    return "; ".join(
        f"{name} "
        + ", ".join(f"{arm} {numbers['propensity']:.0%}" for arm, numbers in each["arms"].items())
        for name, each in reports.items()
    )


class Moving:
    """A bar and the tables of `banditware stats`, drawn anew in place."""

    def __init__(self, live: Live) -> None:
        self._live = live

    def update(self, progress: Progress) -> None:
        """Draw."""
        full = progress.arrived * _WIDTH // progress.expected
        bar = Text.assemble(("━" * full, "green"), ("━" * (_WIDTH - full), "dim"), f"  {progress}")
        tables = (experiment_table(name, each).rich() for name, each in progress.reports.items())
        self._live.update(Group(bar, *tables), refresh=True)


@contextmanager
def opened(*, live: bool) -> Iterator[Screen]:
    """Open the screen: live on a terminal, lines elsewhere."""
    if not live:
        yield Lines()
        return
    with Live(console=Console(), auto_refresh=False, transient=True) as drawing:
        yield Moving(drawing)
