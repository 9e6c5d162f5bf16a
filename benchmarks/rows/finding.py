"""A row of the table of budgets: what banditware takes, what it may take, and what peers take."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from benchmarks import tables

COLUMNS = (
    "what",
    "on",
    "budget",
    "banditware",
    "met",
    "beside it",
    "takes",
    "times banditware",
)

#: Below this, in its unit, a difference is nothing, and nothing is divided by it.
LEAST = 0.1


class Finding(NamedTuple):
    """One line of the table.

    Attributes:
        what: what was measured.
        on: the way in, or where it was measured.
        budget: what DESIGN section 9 allows; empty where it says nothing.
        ours: the figure of banditware.
        met: whether that is within the budget; `None` where there is none.
        peer: what stands beside it.
        theirs: the figure of that peer, or why there is none.
        ratio: how many times ours it is; empty where that says nothing.
    """

    what: str
    on: str
    budget: str
    ours: str
    met: bool | None
    peer: str
    theirs: str
    ratio: str = ""


class Cost(NamedTuple):
    """What banditware takes.

    Attributes:
        what: what was measured.
        on: the way in, or where it was measured.
        took: the figure, in microseconds.
        budget: what it may take, if anybody said so.
        said: how the budget is called, if not by its figure.
    """

    what: str
    on: str
    took: tables.Spread
    budget: float | None = None
    said: str = ""


#: What a peer takes in microseconds, or why it takes nothing here; by its name.
Peers = Sequence[tuple[str, "tables.Spread | str"]]


def compared(cost: Cost, peers: Peers = ()) -> list[Finding]:
    """Return a line for each peer; the first one says what banditware takes."""
    said = cost.said or ("" if cost.budget is None else f"{cost.budget:g} µs")
    met = None if cost.budget is None else cost.took.median <= cost.budget
    lines = [
        Finding(cost.what, cost.on, said, f"{cost.took} µs", met, name, *_told(took, cost.took))
        for name, took in peers
    ]
    return lines or [Finding(cost.what, cost.on, said, f"{cost.took} µs", met, "", "")]


def _told(theirs: tables.Spread | str, ours: tables.Spread) -> tuple[str, str]:
    if isinstance(theirs, str):
        return theirs, ""
    return f"{theirs} µs", tables.figure(theirs.median / max(ours.median, LEAST))


def table(findings: Iterable[Finding]) -> str:
    """Return the table; what a line has in common with the one above it is said once."""
    rows, before = [], ("", "")
    for each in findings:
        same = (each.what, each.on) == before
        ours = (each.what, each.on, each.budget, each.ours, VERDICTS[each.met])
        rows.append((*(("",) * len(ours) if same else ours), each.peer, each.theirs, each.ratio))
        before = (each.what, each.on)
    return tables.markdown(COLUMNS, rows)


VERDICTS = {True: "yes", False: "**no**", None: ""}


def missed(findings: Iterable[Finding]) -> list[str]:
    """Return the rows whose budgets are not met, each once, as sentences."""
    return list(
        dict.fromkeys(
            f"not met: {each.what} ({each.on}): {each.ours}; budget: {each.budget}"
            for each in findings
            if each.met is False
        )
    )
