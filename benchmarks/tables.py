"""What every benchmark prints with: figures, spreads, fitted lines and tables in Markdown.

Everything but `machine` and `options` is a function of its arguments alone.
"""

from __future__ import annotations

import argparse
import math
import os
import platform
import re
import statistics
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

#: Text that stands in a column of numbers: a number with what follows it, or nothing to say.
NUMBER = re.compile(r"[<>≤≥~+-]?\s?\d.*|[-—]?", re.DOTALL)

#: Where the model of the processor is written on Linux.
PROCESSORS = Path("/proc/cpuinfo")

#: Below this, decimals would be mostly zeros.
SMALL = 1e-4


class Line(NamedTuple):
    """A straight line, `y = slope * x + intercept`.

    Attributes:
        slope: what y grows by when x grows by one.
        intercept: y where x is zero.
        r2: the share of the variance of y that the line explains, 0 to 1.
    """

    slope: float
    intercept: float
    r2: float


class Spread(NamedTuple):
    """What repeated measurements have in common: their quartiles."""

    lower: float
    median: float
    upper: float

    def __str__(self) -> str:
        """Return the median, and the quartiles behind it."""
        return f"{figure(self.median)} ({figure(self.lower)} to {figure(self.upper)})"


def spread(values: Sequence[float]) -> Spread:
    """Return the quartiles of some values.

    Raises:
        ValueError: there are none.
    """
    if not values:
        raise ValueError("no values")
    if len(values) == 1:
        return Spread(values[0], values[0], values[0])
    return Spread(*statistics.quantiles(values, n=4, method="inclusive"))


def fitted(xs: Sequence[float], ys: Sequence[float]) -> Line:
    """Return the straight line of least squares through some points.

    Where all `ys` are equal, the line explains all there is, and `r2` is 1.

    Raises:
        ValueError: there are fewer than two different xs, or not as many ys.
    """
    if len(xs) != len(ys) or len(set(xs)) < 2:
        raise ValueError(f"a line needs two different xs and a y for each, not {xs} and {ys}")
    mean_x, mean_y = math.fsum(xs) / len(xs), math.fsum(ys) / len(ys)
    wide = math.fsum((x - mean_x) ** 2 for x in xs)
    both = math.fsum((x - mean_x) * (y - mean_y) for x, y in zip(xs, ys, strict=True))
    high = math.fsum((y - mean_y) ** 2 for y in ys)
    slope = both / wide
    return Line(slope, mean_y - slope * mean_x, both * both / (wide * high) if high else 1.0)


def figure(value: float) -> str:
    """Return a number with three significant digits, its thousands separated: `1,230`, `0.0457`.

    Whole numbers (`int`) stay whole: `7`, `1,234,567`.
    """
    if isinstance(value, int):
        return f"{value:,}"
    if not math.isfinite(value) or value == 0:
        return f"{value:.0f}"
    rounded = float(f"{value:.2e}")
    if abs(rounded) < SMALL:
        return f"{value:.2e}"
    return f"{rounded:,.{max(0, 2 - math.floor(math.log10(abs(rounded))))}f}"


def markdown(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table as GitHub shows it; columns of numbers are aligned to the right.

    Args:
        columns: the headings.
        rows: a cell per column; numbers are shown by `figure`, everything else by `str`.

    Raises:
        ValueError: a row has not as many cells as there are columns.
    """
    texts = [[_cell(cell) for cell in row] for row in rows]
    for row in texts:
        if len(row) != len(columns):
            raise ValueError(f"{len(columns)} columns, but a row is {row}")
    numeric = [
        any(row[at] for row in texts) and all(NUMBER.fullmatch(row[at]) for row in texts)
        for at in range(len(columns))
    ]
    rule = ["---:" if right else "---" for right in numeric]
    return "\n".join(f"| {' | '.join(row)} |" for row in [list(columns), rule, *texts])


def _cell(value: object) -> str:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return figure(value)
    return str(value).replace("|", "\\|").replace("\n", " ")


def machine() -> str:
    """Return what the figures were measured on: processor, cores, Python and kernel."""
    text = PROCESSORS.read_text(encoding="utf-8") if PROCESSORS.exists() else ""
    model = re.search(r"^model name\s*:\s*(.+)$", text, re.MULTILINE)
    name = model[1].strip() if model else platform.machine()
    cores = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count()
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return f"{name}, {cores} cores, {python}, {platform.system()} {platform.release()}"


def options(doc: str | None, arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Return what every benchmark may be told: `quick`, and `pictures` (a folder or nothing).

    Args:
        doc: the program's docstring, for `--help`.
        arguments: what it was started with, if not the command line says.
    """
    parser = argparse.ArgumentParser(
        description=doc, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="a tenth of the time: does it run?")
    parser.add_argument("--pictures", type=Path, metavar="FOLDER", help="write SVG files there")
    return parser.parse_args(arguments)
