"""Series over time out of what a ledger keeps aside; see `banditware.dating` for the fields."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from banditware.counts import Fields
from banditware.dating import HOUR
from banditware.model import DAY

#: How long a time may be to be shown by hours unless somebody asks for more.
BY_HOURS = 8 * int(DAY)

#: Most points of a series.
MOST = 20_000

_KINDS = {"~k": "rewards", "~s": "reward_sum"}

_DAY = int(DAY)


class Span(NamedTuple):
    """The times of a series.

    Attributes:
        start: when the first step begins, in seconds since the epoch.
        step: seconds from each to the next.
        number: how many there are.
    """

    start: int
    step: int
    number: int

    @property
    def times(self) -> list[int]:
        """When each step begins."""
        return [self.start + self.step * i for i in range(self.number)]

    def place(self, time: int) -> int:
        """Return the number of the step that a time is in, or -1."""
        place = (time - self.start) // self.step
        return place if 0 <= place < self.number else -1


def span(since: float, until: float, step: float | None = None) -> Span:
    """Return the times from `since` to `until`, on whole steps.

    Args:
        since: seconds since the epoch.
        until: the same; the last step is the one that this is in, or that ends with it.
        step: seconds, whole hours of them; None chooses hours or days.

    Raises:
        ValueError: the step is not of whole hours, or there would be more than `MOST` of them.
    """
    if step is None:
        step = HOUR if until - since <= BY_HOURS else _DAY
    if step < HOUR or step % HOUR:
        raise ValueError(f"a step of {step:g} s is not of whole hours: write 3600, 86400, ...")
    size = int(step)
    start = int(since // min(size, _DAY) * min(size, _DAY))
    number = max(1, int(-((until - start) // -size)))
    if number > MOST:
        raise ValueError(
            f"{number} steps are more than {MOST}: ask for longer ones, or a later since"
        )
    return Span(start, size, number)


def first_time(fields: Iterable[str]) -> int | None:
    """Return the start of the first hour or day of a history; None if there is none."""
    times = (int(name.split("/", 3)[2]) for name in fields if name[:3] in _TIMED)
    return min((time for time in times if time), default=None)


_TIMED = frozenset(("~n/", "~k/", "~s/", "~x/"))


def series(
    fields: Fields, times: Span, *, arms: Iterable[str] = (), goal: str | None = None
) -> dict[str, Any]:
    """Return pulls and rewards by arm and what was not counted by reason, for each step.

    Where only days are left, all of a day is in the step in which it begins.

    Args:
        fields: what a ledger keeps aside.
        times: which steps.
        arms: names of arms to be there even if nothing happened; others follow.
        goal: name of a goal to be there for every arm.
    """
    shown: dict[str, Any] = {arm: _arm(times, goal) for arm in arms}
    excluded: dict[str, list[float]] = {}
    for name, number in fields.items():
        if name[:3] not in _TIMED:
            continue
        kind, owner, when, *named = name.split("/", 3)
        if kind == "~x":
            line = excluded.get(owner) or excluded.setdefault(owner, [0] * times.number)
        else:
            arm = shown.get(owner) or shown.setdefault(owner, _arm(times, goal))
            line = arm["pulls"] if kind == "~n" else _line(arm["goals"], named[0], kind, times)
        place = times.place(int(when))
        if place >= 0:
            line[place] += number
    return {
        "step": times.step,
        "times": times.times,
        "arms": shown,
        "excluded": dict(sorted(excluded.items())),
    }


def _arm(times: Span, goal: str | None) -> dict[str, Any]:
    goals = {} if goal is None else {goal: _goal(times)}
    return {"pulls": [0] * times.number, "goals": goals}


def _goal(times: Span) -> dict[str, list[float]]:
    return {"rewards": [0] * times.number, "reward_sum": [0.0] * times.number}


def _line(goals: dict[str, Any], goal: str, kind: str, times: Span) -> list[float]:
    if goal not in goals:
        goals[goal] = _goal(times)
    found: list[float] = goals[goal][_KINDS[kind]]
    return found
