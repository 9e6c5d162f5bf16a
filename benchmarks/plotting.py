"""Pictures of figures, as SVG files that differ only where the figures do.

matplotlib (`requirements/test.txt`) is imported when the first picture is drawn.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from benchmarks import tables

#: Text stays text, and the ids inside a file do not depend on when it was made.
SETTINGS: Any = {"svg.fonttype": "none", "svg.hashsalt": "banditware", "font.family": "sans-serif"}

#: Colours that people who are colour-blind tell apart (Okabe and Ito), too.
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9", "#000000")

#: Inches: the width of a column of text, and the height of a bar.
WIDTH, BAR = 7.5, 0.24


def lines(  # noqa: PLR0913  # a picture has a title and two axes
    path: Path,
    series: Mapping[str, Sequence[tuple[float, float]]],
    *,
    title: str,
    x: str,
    y: str,
    log: bool | Literal["x", "y"] = False,
) -> None:
    """Draw a line through the points of each series.

    Args:
        path: the SVG file to write.
        series: the points `(x, y)` by the name of the line.
        title: what the picture shows.
        x: what is along the x axis, and its unit.
        y: the same of the y axis; it begins at zero, unless it is logarithmic.
        log: which axes are logarithmic (both, if true); what is not above zero is left out there.
    """
    with _drawn(path, height=4.2) as axes:
        for (name, points), colour in zip(series.items(), _colours(len(series)), strict=True):
            xs, ys = zip(*points, strict=True) if points else ((), ())
            axes.plot(xs, ys, marker="o", markersize=4, color=colour, label=name)
        axes.set(title=title, xlabel=x, ylabel=y)
        if log in (True, "x"):
            axes.set(xscale="log")
            axes.xaxis.set_major_formatter(_plainly)
        if log in (True, "y"):
            axes.set(yscale="log")
            axes.yaxis.set_major_formatter(_plainly)
        else:
            axes.set_ylim(bottom=min(0, axes.get_ylim()[0]))
        axes.grid(visible=True, alpha=0.3)
        _explain(axes, *axes.get_legend_handles_labels())


def bars(path: Path, values: Mapping[str, float], *, title: str, x: str) -> None:
    """Draw a bar for each value, the first at the top, with its figure behind it."""
    grouped(path, {name: {"": value} for name, value in values.items()}, title=title, x=x)


def grouped(
    path: Path,
    groups: Mapping[str, Mapping[str, float]],
    *,
    title: str,
    x: str,
    log: bool = False,
) -> None:
    """Draw bars in groups, a colour for each name that groups have in common.

    Args:
        path: the SVG file to write.
        groups: by the name of the group, each bar's value by its name.
        title: what the picture shows.
        x: what the bars measure, and its unit.
        log: whether the axis is logarithmic; what is not above zero has no bar then.
    """
    names = list(dict.fromkeys(name for group in groups.values() for name in group))
    colours = dict(zip(names, _colours(len(names)), strict=True))
    ticks, rows = {}, 0
    with _drawn(path, height=1.2 + BAR * sum(len(g) + 1 for g in groups.values())) as axes:
        for group, values in groups.items():
            ticks[group] = rows + (len(values) - 1) / 2
            for name, value in values.items():
                bar = axes.barh(rows, value, color=colours[name], height=0.9)
                axes.bar_label(bar, [f" {tables.figure(value)}"], fontsize=8)
                rows += 1
            rows += 1
        axes.set_yticks(list(ticks.values()), list(ticks))
        axes.invert_yaxis()
        axes.set(title=title, xlabel=x, xscale="log" if log else "linear")
        axes.xaxis.set_major_formatter(_plainly)
        axes.margins(x=0.15)
        _explain(axes, [_patch(colours[name]) for name in names], names)


def _colours(number: int) -> list[str]:
    return [COLOURS[at % len(COLOURS)] for at in range(number)]


def _plainly(value: float, position: int | None = None) -> str:
    """Return a number at an axis as people write it: `10,000`, not a power."""
    return f"{value:,g}"


def _explain(axes: Any, handles: Sequence[Any], names: Sequence[str]) -> None:
    """Say which colour is which, under the picture, where it covers nothing."""
    if len(names) > 1:
        columns = min(len(names), 4)
        place = "outside lower center"
        axes.figure.legend(handles, names, loc=place, ncols=columns, frameon=False)


def _patch(colour: str) -> Any:
    from matplotlib.patches import Patch  # noqa: PLC0415  # only where pictures are asked for

    return Patch(color=colour)


@contextlib.contextmanager
def _drawn(path: Path, *, height: float) -> Iterator[Any]:
    """Give the axes of a picture, and write it when they are filled."""
    import matplotlib as mpl  # noqa: PLC0415  # slow, and only where pictures are asked for
    from matplotlib.figure import Figure  # noqa: PLC0415  # the same

    path.parent.mkdir(parents=True, exist_ok=True)
    with mpl.rc_context(SETTINGS):
        picture = Figure(figsize=(WIDTH, height), layout="constrained")
        axes = picture.add_subplot()
        axes.spines[["top", "right"]].set_visible(False)
        yield axes
        picture.savefig(path, format="svg", metadata={"Date": None, "Creator": None})
