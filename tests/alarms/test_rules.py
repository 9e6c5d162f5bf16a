"""What is wrong, from facts: each rule where it holds, and right beside it."""

from __future__ import annotations

import math

import pytest

from banditware.alarms.rules import Alarm, Common, Known, alarms
from banditware.drawing import THETAS, Drawn, terms

HOUR = 3600
NOW = 1_800_000_000.0 - 1_800_000_000 % HOUR + 600.0
THIS = int(NOW) - 600

STEADY = {THIS - HOUR * index: 100.0 for index in range(2, 30)}
RUNS = Known("button", running=True, now=NOW)


def kinds(known: Known) -> list[str]:
    """Return the kinds of alarms of one experiment."""
    return [each.kind for each in alarms(Common(NOW), [known])]


def test_all_is_well() -> None:
    """An experiment that is pulled and rewarded raises nothing, nor does one that never was."""
    busy = {**STEADY, THIS: 5.0}
    assert kinds(RUNS._replace(pulls=busy, rewards=busy)) == []
    assert kinds(RUNS) == []


def test_no_pulls_for_an_hour() -> None:
    """An hour without pulls is told, with the time of the last one."""
    [alarm] = alarms(Common(NOW), [RUNS._replace(pulls=STEADY)])
    assert alarm == Alarm(
        "no_pulls",
        "button",
        "",
        THIS - HOUR,
        "no pull since 2027-01-15 07:00 UTC, after 2400 in the day before",
        alarm.mend,
    )
    assert alarm.mend


@pytest.mark.parametrize(
    "known",
    [
        RUNS._replace(pulls=STEADY, running=False),
        RUNS._replace(pulls={**STEADY, THIS - HOUR: 1.0}),
        RUNS._replace(pulls=dict.fromkeys(STEADY, 5.0)),
        RUNS._replace(pulls={THIS - 2 * HOUR: 3.0}),
    ],
    ids=["paused", "within the hour", "a quiet site", "just begun"],
)
def test_an_hour_without_pulls_that_means_nothing(known: Known) -> None:
    """Who was paused, pulled lately, or seldom anyway, is left in peace."""
    assert kinds(known) == []


def test_no_rewards_for_a_day() -> None:
    """A day without rewards is told where many were to be expected."""
    pulls = {THIS - HOUR * index: 100.0 for index in range(60)}
    rewards = {hour: 5.0 for hour in pulls if hour < THIS - 30 * HOUR}
    [alarm] = alarms(Common(NOW), [RUNS._replace(pulls=pulls, rewards=rewards)])
    assert (alarm.kind, alarm.since) == ("no_rewards", THIS - 30 * HOUR)
    assert "where 155 were to be expected of 3100 pulls" in alarm.message
    few = dict.fromkeys(rewards, 0.1)
    assert kinds(RUNS._replace(pulls=pulls, rewards=few)) == []
    recent = {**rewards, THIS - 5 * HOUR: 1.0}
    assert kinds(RUNS._replace(pulls=pulls, rewards=recent)) == []
    assert kinds(RUNS._replace(pulls={THIS: 1.0}, rewards=rewards)) == []


def test_all_traffic_is_excluded() -> None:
    """Where every decision is excluded the main reason is told, and not that there are no pulls."""
    excluded = {("status", THIS): 30.0, ("paused", THIS - HOUR): 5.0, ("bot", THIS): 900.0}
    known = RUNS._replace(pulls=STEADY, excluded={**excluded, ("status", THIS - 9 * HOUR): 50.0})
    [alarm] = alarms(Common(NOW), [known])
    assert (alarm.kind, alarm.since) == ("excluded", THIS - HOUR)
    assert alarm.message.startswith("35 decisions and no pull since")
    assert alarm.message.endswith("mostly as 'status'")
    assert kinds(known._replace(pulls={THIS: 1.0})) == []
    assert kinds(known._replace(running=False)) == []
    assert kinds(RUNS._replace(excluded={("bot", THIS): 900.0})) == []


def test_a_mismatch() -> None:
    """An arm whose pulls do not fit its draws is named, with both numbers."""
    expected, variance, logs = terms(0.5)
    drawn = {
        arm: Drawn(pulls, 10_000 * expected, 10_000 * variance, tuple(10_000 * log for log in logs))
        for arm, pulls in (("a", 4_500.0), ("b", 5_500.0))
    }
    assert len(logs) == len(THETAS)
    [alarm] = alarms(Common(NOW), [RUNS._replace(drawn=drawn)])
    assert (alarm.kind, alarm.arm, alarm.since) == ("mismatch", "a", None)
    assert alarm.message.startswith("a has 4500 pulls where its draws make 5000")


def test_a_default_arm_beyond_a_limit() -> None:
    """It is told for an hour after it was last found."""
    breach = {("red", "errors"): (NOW - 60, "red fails")}
    [alarm] = alarms(Common(NOW), [RUNS._replace(breaches=breach)])
    assert (alarm.kind, alarm.arm, alarm.message) == ("guardrail", "red", "errors: red fails")
    old = {("red", "errors"): (NOW - 2 * HOUR, "red fails")}
    assert kinds(RUNS._replace(breaches=old)) == []


def test_a_store_that_is_away_and_clocks_that_differ() -> None:
    """They are about everything, and small differences are none."""
    common = Common(NOW, "redis://x", NOW - 60, {"the store": -90.0, "another host": 5.0})
    store, clock = alarms(common, ())
    assert (store.kind, store.experiment, store.since) == ("store", "", NOW - 60)
    assert clock.message == "clocks differ from the one of this host: that of the store by -90 s"
    assert alarms(Common(NOW, "redis://x", NOW - 5, {"the store": 2.0}), ()) == []
    assert math.isfinite(NOW)
