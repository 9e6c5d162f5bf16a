"""What the hot paths may cost: the counts that are committed, and how later ones compare with them.

A baseline is for one minor version of CPython. Builds of the same version differ, and so does the
yardstick that is counted in the same process, about as much: figures are compared by what they are
of their yardsticks.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from benchmarks.tables import markdown

#: How much a path may change, as a share of its baseline, before somebody has to say why.
TOLERANCE = 0.05

#: The name of the yardstick among the counts.
YARDSTICK = "yardstick"

HOW_TO_WRITE = "write the baseline anew with `make instructions`"


class Baseline(NamedTuple):
    """The counts of one minor version of CPython.

    Attributes:
        python: the version that they were counted with.
        yardstick: instructions of the yardstick.
        paths: instructions that banditware adds to a call, by path.
    """

    python: str
    yardstick: int
    paths: Mapping[str, int]

    def scaled(self, yardstick: float) -> dict[str, float]:
        """Return what the paths may cost where the yardstick costs something else."""
        return {path: each * yardstick / self.yardstick for path, each in self.paths.items()}


class Compared(NamedTuple):
    """What one path costs, and what it may.

    Attributes:
        path: its name.
        found: instructions; None if nobody counts it any more.
        allowed: those of the baseline, for this build of CPython; None if it has none.
    """

    path: str
    found: float | None
    allowed: float | None

    @property
    def change(self) -> float | None:
        """How much the path costs beyond the baseline, as a share of it; None if that is open."""
        if self.found is None or self.allowed is None:
            return None
        return self.found / self.allowed - 1

    def told(self) -> str:
        """Return what has changed: `returning visitor: 41,200 instructions, 6.1 % above ...`."""
        if self.found is None:
            return f"{self.path}: not counted, and the baseline is {self.allowed:,.0f}"
        if self.change is None:
            return f"{self.path}: {self.found:,.0f} instructions, and there is no baseline for it"
        aside = "above" if self.change > 0 else "below"
        share = _percent(f"{abs(self.change):.1%}")
        counted = f"{self.path}: {self.found:,.0f} instructions"
        return f"{counted}, {share} {aside} the baseline of {self.allowed:,.0f}"


def of_counts(python: str, counts: Mapping[str, float]) -> Baseline:
    """Return the baseline that some counts make."""
    paths = {name: round(each) for name, each in counts.items() if name != YARDSTICK}
    return Baseline(python, round(counts[YARDSTICK]), paths)


def compared(baseline: Baseline, counts: Mapping[str, float]) -> list[Compared]:
    """Return how the counts of every path compare with a baseline."""
    allowed = baseline.scaled(counts[YARDSTICK])
    paths = [path for path in {**counts, **allowed} if path != YARDSTICK]
    return [Compared(path, counts.get(path), allowed.get(path)) for path in paths]


def table(rows: Iterable[Compared]) -> str:
    """Return the comparison as a table in Markdown."""
    cells = [
        (each.path, _whole(each.found), _whole(each.allowed), _signed(each.change)) for each in rows
    ]
    return markdown(["path", "instructions added", "baseline", "change"], cells)


def complaints(rows: Iterable[Compared]) -> list[str]:
    """Return what is wrong: a line for each path that got too dear, or cannot be compared."""
    found = []
    for each in rows:
        if each.change is None:
            found.append(f"{each.told()}: {HOW_TO_WRITE}")
        elif each.change > TOLERANCE:
            found.append(f"{each.told()}: take the cost out again, or say why and {HOW_TO_WRITE}")
    return found


def savings(rows: Iterable[Compared]) -> list[str]:
    """Return what got better by so much that the baseline can be tightened."""
    cheap = [each for each in rows if each.change is not None and each.change < -TOLERANCE]
    return [f"{each.told()}: {HOW_TO_WRITE}, so that it stays so" for each in cheap]


def read(text: str) -> dict[str, Baseline]:
    """Return the baselines of a file, by minor version: `3.11`."""
    return {minor: Baseline(**each) for minor, each in json.loads(text).items()}


def written(baselines: Mapping[str, Baseline]) -> str:
    """Return the text of a file of baselines."""
    ordered = sorted(baselines.items(), key=lambda each: _numbers(each[0]))
    found: dict[str, Any] = {minor: each._asdict() for minor, each in ordered}
    return json.dumps(found, indent=2) + "\n"


def _numbers(minor: str) -> tuple[int, ...]:
    return tuple(int(part) for part in minor.split("."))


def _whole(number: float | None) -> object:
    return "" if number is None else round(number)


def _signed(share: float | None) -> str:
    return "" if share is None else _percent(f"{round(share, 3) + 0.0:+.1%}")


def _percent(text: str) -> str:
    return text.replace("%", " %")
