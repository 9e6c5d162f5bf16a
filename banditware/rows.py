"""Counts as rows of a table, and back: one row for each experiment, version, arm and goal.

A ledger holds what its own store counted, and what was copied from others; each of these parts has
rows of its own, and a row says which part, in which state. So whoever takes rows in can tell what
is there already, and a later state of the same part is not a second helping.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from banditware.counts import FOLDED, HOLDOUT, Fields, totals
from banditware.events.describing import timestamp
from banditware.model import NAME, SHARED


class CountRow(NamedTuple):
    """One arm's pulls, and its rewards of one goal.

    Attributes:
        experiment: name of the experiment.
        version: version of the experiment.
        arm: name of the arm; `*holdout` is the holdout.
        goal: name of the goal; empty if nobody knows one and there are no rewards.
        pulls: pulls of the arm, the same for each of its goals.
        rewards: number of rewards.
        reward_sum: their sum.
        squares: the sum of their squares.
        units: the sum of rewards mapped into [0, 1], of which a policy learns.
        weighted: the same, each divided by the propensity of its decision.
        part: where it was counted and in which state; see `Provenance`.
    """

    experiment: str
    version: str
    arm: str
    goal: str
    pulls: int
    rewards: int
    reward_sum: float
    squares: float
    units: float
    weighted: float
    part: str


#: What stands in each column.
COLUMNS: Mapping[str, type] = dict(
    zip(CountRow._fields, (*(str,) * 4, *(int,) * 2, *(float,) * 4, str), strict=True)
)


class Provenance(NamedTuple):
    """Where something was counted, and in which state it is.

    Attributes:
        origin: made up with the ledger that counted it.
        place: the store that has this ledger, as a number.
        version: changes whenever the ledger does, and only rises.
    """

    origin: str
    place: int
    version: int

    def __str__(self) -> str:
        return f"{self.origin}:{self.place}:{self.version}"


class RowError(ValueError):
    """A row that is none, and why."""


def rows_of(ledger: str, fields: Fields, part: Provenance, goal: str = "") -> Iterator[CountRow]:
    """Yield the rows of a part of a ledger.

    Args:
        ledger: the ledger.
        fields: its counts; see `banditware.counts`.
        part: where they were counted.
        goal: the goal that its policy maximises, which every arm gets a row for.
    """
    experiment, _, version = ledger.partition("@")
    for arm, found in sorted(totals(fields).arms.items()):
        if arm == SHARED:
            continue
        for name in sorted({*found.goals, *([goal] if goal or not found.goals else [])}):
            sums = found.goals.get(name)
            numbers = (0, 0.0, 0.0, 0.0, 0.0)
            if sums is not None:
                learnt = (sums.successes, sums.weighted)
                numbers = (int(sums.rewards), sums.reward_sum, sums.squares, *learnt)
            yield CountRow(experiment, version, arm, name, found.pulls, *numbers, str(part))


#: What stands in each column of a history.
HISTORY: Mapping[str, type] = {
    "start": datetime,
    "seconds": int,
    "experiment": str,
    "arm": str,
    "goal": str,
    "pulls": int,
    "rewards": int,
    "reward_sum": float,
}


def history_rows(history: Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
    """Yield what happened when: a row for each step, arm and goal with a pull or a reward.

    Args:
        history: what `Bandit.history` returns.
    """
    step, experiment = history["step"], history["experiment"]
    for index, seconds in enumerate(history["times"]):
        start = timestamp(seconds)
        for arm, found in history["arms"].items():
            pulls = int(found["pulls"][index])
            for goal, lists in found["goals"].items():
                rewards, total = int(lists["rewards"][index]), float(lists["reward_sum"][index])
                if pulls or rewards:
                    yield start, step, experiment, arm, goal, pulls, rewards, total


def fields_of(rows: Iterable[CountRow]) -> dict[str, float]:
    """Return what rows of one part of a ledger add up to, by field; all of it is of long ago.

    Raises:
        RowError: two rows contradict each other.
    """
    fields: dict[str, float] = {}
    pulls: dict[str, int] = {}
    seen: set[tuple[str, str]] = set()
    for row in rows:
        if (row.arm, row.goal) in seen:
            raise RowError(f"arm {row.arm} has two rows for the goal {row.goal!r}")
        if pulls.setdefault(row.arm, row.pulls) != row.pulls:
            raise RowError(f"arm {row.arm} has {pulls[row.arm]} pulls and {row.pulls} pulls")
        seen.add((row.arm, row.goal))
        key = f"{row.arm}/{FOLDED}/{row.goal}"
        fields |= {
            f"n/{row.arm}/{FOLDED}": row.pulls,
            f"k/{key}": row.rewards,
            f"s/{key}": row.reward_sum,
            f"q/{key}": row.squares,
            f"m/{key}": row.units,
            f"w/{key}": row.weighted,
        }
    return {name: number for name, number in fields.items() if number}


def row_of(raw: Mapping[str, Any]) -> CountRow:
    """Return the row that somebody wrote.

    Args:
        raw: value by column: numbers, or text with them.

    Raises:
        RowError: a column is missing, or does not hold what it should.
    """
    missing = [name for name in CountRow._fields if raw.get(name) is None]
    if missing:
        raise RowError(f"has no {', '.join(missing)}: export counts with `--what counts`")
    values = [_value(name, raw[name]) for name in CountRow._fields]
    row = CountRow(*values)
    _check_names(row)
    provenance(row)
    if row.rewards and not row.goal:
        raise RowError("goal is empty, although there are rewards")
    return row


def provenance(row: CountRow) -> Provenance:
    """Return where a row was counted.

    Raises:
        RowError: it does not say.
    """
    origin, _, rest = row.part.partition(":")
    place, _, version = rest.partition(":")
    numbers = place.isdecimal() and version.isdecimal() and int(version) > 0
    if not numbers or not origin.isalnum():
        raise RowError(f"part {row.part!r} does not say where these counts are from")
    return Provenance(origin, int(place), int(version))


def _value(name: str, value: Any) -> Any:
    kind = COLUMNS[name]
    if kind is str:
        return str(value)
    try:
        found = kind(value)
    except (TypeError, ValueError, OverflowError):
        found = math.nan
    cut = isinstance(value, float) and found != value
    if cut or not math.isfinite(found) or (kind is int and found < 0):
        raise RowError(f"{name} {value!r} is no {_KINDS[kind]}")
    return found


_KINDS = {int: "whole number that counts something", float: "number"}


def _check_names(row: CountRow) -> None:
    for column in ("experiment", "version", "arm", "goal"):
        name = getattr(row, column)
        fine = NAME.match(name) or (column == "arm" and name == HOLDOUT)
        if not fine and (name or column != "goal"):
            raise RowError(f"{column} {name!r} is no name")
