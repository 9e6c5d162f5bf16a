"""The page of the last run: what every program printed, with its pictures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from benchmarks import tables
from benchmarks.programs import BY_HAND, Program

INTRODUCTION = """\
# Benchmarks

What banditware costs, measured beside its peers and beside the bare app: what it adds to a request,
what real servers lose by it, how it grows, and what it asks of a shared store. Whatever is compared
was measured in turn in one run, because machines drift; a figure is a median with its quartiles or
its extremes. Budgets are thresholds that were set before; a line that misses one says so.

This page is written by one command, in a checkout, in up to half an hour, best on a machine that
does nothing else. It installs the peers into an environment of its own:

```console
$ make bench
```
"""

QUICK = """
> **A quick run** (`make bench BENCH=--quick`): its figures show that everything runs, and no more.
"""

#: Where the pictures are, as the page says it.
PICTURES = "pictures/benchmarks"


class Run(NamedTuple):
    """What came of a program.

    Attributes:
        program: which one.
        status: its exit status; -1 if it was ended because it took too long.
        output: the Markdown that it printed.
        complaint: the last line that it said on stderr.
        seconds: how long it took.
        pictures: the names of its pictures.
    """

    program: Program
    status: int
    output: str
    complaint: str
    seconds: float
    pictures: Sequence[str] = ()

    @property
    def finished(self) -> bool:
        """Whether it came to its end: with 1 where something is not as it should be."""
        return self.status == 0 or (self.status == 1 and self.output.startswith("###"))

    @property
    def result(self) -> str:
        """What came of it, in a few words."""
        if self.status == 0:
            return "as it should be"
        return "**not all as it should be**" if self.finished else "**failed**"


def page(runs: Sequence[Run], *, facts: Sequence[str], quick: bool) -> str:
    """Return the whole page.

    Args:
        runs: what came of each program.
        facts: what was measured, where and when: a line each.
        quick: whether the figures mean nothing.
    """
    summary = tables.markdown(
        ["program", "shows", "seconds", "result"],
        [
            [f"`{run.program.name}.py`", run.program.shows, round(run.seconds), run.result]
            for run in runs
        ],
    )
    by_hand = tables.markdown(
        ["`PYTHONPATH=. .venv/bin/python benchmarks/`...", "shows"],
        [[f"`{each.command}`", each.shows] for each in BY_HAND],
    )
    parts = [
        INTRODUCTION + (QUICK if quick else ""),
        "## The last run\n\n" + "\n".join(f"- {fact}" for fact in facts) + f"\n\n{summary}",
        *(section(run) for run in runs),
        f"## More, by hand\n\n{by_hand}",
    ]
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


def section(run: Run) -> str:
    """Return what a program printed, and its pictures; or why there is nothing."""
    lines = [f"## {run.program.name}", run.output.strip("\n")]
    if not run.finished:
        lines.append(f"**It failed**, with status {run.status}: `{run.complaint}`")
    lines += [f"![{name}]({PICTURES}/{name})" for name in run.pictures]
    return "\n\n".join(line for line in lines if line)
