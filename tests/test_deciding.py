from __future__ import annotations

import random
from typing import Any

import pytest

from banditware.counts import HOLDOUT, decode
from banditware.deciding import (
    again,
    drawn,
    excluded_record,
    held_out,
    late_pull_record,
    undecided,
    unknown,
)
from banditware.model import Arm, Decision
from banditware.snapshot import unread
from banditware.tokens import SKEW, Assignment
from tests.support import HOUR, NOON, experiment

EARLIER = Assignment("button", "1", "green", 0.3, int(NOON), "ab", counted=True)


def seal(decision: Decision) -> str:
    """Return no token."""
    return "sealed"


def served(
    assignment: Assignment = EARLIER, *, after: float = 1.0, uncounted: str = "", **more: Any
) -> Decision | None:
    """Return what is served again."""
    snapshot = unread(experiment(**{"sticky": HOUR, **more}))
    return again(snapshot, assignment, now=NOON + after, seal=seal, uncounted=uncounted)


def test_a_draw() -> None:
    """A draw has the vector's propensity, an id of its own and the time."""
    snapshot = unread(experiment())
    one, other = (
        drawn(snapshot, random.Random(seed), now=NOON, seal=seal) for seed in ("one", "other")
    )
    assert (one.reason, one.counted, one.propensity, one.time) == ("drawn", True, 0.5, NOON)
    assert one.value == {"green": "#0f0", "red": "#f00"}[one.arm]
    assert (one.experiment, one.version, one.token) == ("button", "1", "sealed")
    assert len(one.id) == 16
    assert one.id != other.id


def test_a_draw_that_does_not_count() -> None:
    """A draw that is no pull yet says why."""
    made = drawn(unread(experiment()), random.Random(1), now=NOON, seal=seal, uncounted="prefetch")
    assert (made.reason, made.counted) == ("prefetch", False)


def test_a_draw_of_the_holdout() -> None:
    """The holdout gets the default, and an id to be credited by."""
    made = held_out(experiment(), random.Random(1), now=NOON, seal=seal)
    assert (made.arm, made.propensity, made.reason, made.counted) == ("red", 1.0, "holdout", False)
    assert (len(made.id), made.time) == (16, NOON)


@pytest.mark.parametrize(
    ("default", "arm", "value"),
    [
        (None, "red", "#f00"),
        ("green", "green", "#0f0"),
        ("pink", "pink", "pink"),
        ("", "", ""),
    ],
)
def test_the_default(default: str | None, arm: str, value: str) -> None:
    """The default is the experiment's, another arm, or any text, which stands for itself."""
    made = undecided(experiment(), "bot", seal=seal, default=default)
    assert (made.arm, made.value, made.reason, made.counted) == (arm, value, "bot", False)
    assert (made.id, made.propensity) == ("", 1.0)


def test_an_experiment_nobody_knows() -> None:
    """A default that replaces an unknown experiment stands for itself."""
    made = unknown("nope", "plain", seal)
    assert (made.experiment, made.arm, made.value, made.reason) == (
        "nope",
        "plain",
        "plain",
        "unknown",
    )
    assert not made.counted


def test_what_was_decided_is_served_again() -> None:
    """An assignment keeps arm, propensity, id and time, and is no new pull."""
    made = served()
    assert made is not None
    assert made[:9] == (
        "button",
        "green",
        "#0f0",
        0.3,
        "sticky",
        False,
        "ab",
        int(NOON),
        "1",
    )


@pytest.mark.parametrize(
    ("after", "remembered"),
    [(0.0, True), (HOUR, True), (HOUR + 1, False), (-SKEW, True), (-SKEW - 1, False)],
)
def test_an_assignment_has_its_time(after: float, remembered: bool) -> None:
    """An assignment is served for as long as `sticky` says, from clocks that may differ."""
    assert (served(after=after) is not None) is remembered


@pytest.mark.parametrize(
    "changes",
    [
        {"sticky": None},
        {"version": "2"},
        {"arms": (Arm("red", 1), Arm("blue", 2))},
    ],
)
def test_what_is_gone_is_not_served_again(changes: dict[str, Any]) -> None:
    """Without stickiness, or with the version or the arm gone, it is decided anew."""
    assert served(**changes) is None


@pytest.mark.parametrize(
    ("uncounted", "reason", "counted"), [("", "sticky", True), ("prefetch", "prefetch", False)]
)
def test_what_was_not_counted_is_counted_now(uncounted: str, reason: str, counted: bool) -> None:
    """A decision that was only served so far becomes a pull, unless this request is none either."""
    made = served(EARLIER._replace(counted=False), uncounted=uncounted)
    assert made is not None
    assert (made.reason, made.counted, made.id) == (reason, counted, "ab")


@pytest.mark.parametrize("counted", [True, False])
def test_the_holdout_stays_held_out(counted: bool) -> None:
    """The holdout gets today's default again, never as a pull of the experiment."""
    made = served(EARLIER._replace(arm=HOLDOUT, counted=counted))
    assert made is not None
    assert (made.arm, made.reason, made.counted) == ("red", "holdout", False)


def test_records() -> None:
    """An exclusion is one addition; equal ones are the same bytes."""
    assert decode(excluded_record("button@1", "bot")).deltas == {"x/bot": 1}
    assert excluded_record("button@1", "bot") is excluded_record("button@1", "bot")


def test_the_record_of_a_late_pull_counts_once() -> None:
    """Requests that bring the same uncounted decision at once are one pull."""
    record = decode(late_pull_record("button@1", EARLIER, 600))
    assert record.deltas == {"n/green/600": 1}
    assert record.once == decode(late_pull_record("button@1", EARLIER, 600)).once != ""
    assert record.once != decode(late_pull_record("button@1", EARLIER._replace(id="c"), 600)).once
