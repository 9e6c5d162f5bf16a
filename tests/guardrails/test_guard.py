"""Guardrails in a running bandit: what is noted gets to the store, and arms are paused there."""

from __future__ import annotations

import random
from typing import Any

import pytest

from banditware.errors import StoreError
from banditware.stores.memory import MemoryStore
from tests.guardrails.simulating import served
from tests.support import HOUR, NOON, Stand, stand

pytestmark = pytest.mark.usefixtures("calm")

GUARDED: dict[str, Any] = {"guardrails": {"errors": {}, "latency": {}}, "default": "red"}


def serve(there: Stand, bad: str, *, rounds: int = 60, share: float = 0.2) -> None:
    """Let both arms answer for so many seconds; one of them fails that often."""
    draw = random.Random(1)
    for _ in range(rounds):
        for arm in ("green", "red") * 20:
            status = 500 if arm == bad and draw.random() < share else 200
            there.bandit._guard.tally.notes.append([served(arm), status, 0.05])
        there.watch.now += 1
        there.bandit.flush()


def test_an_arm_that_errs_is_paused_once_over_all_processes(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """One change pauses it, with who and why, though every process has found it."""
    store = MemoryStore()
    one, other = stand(GUARDED, store=store), stand(GUARDED, store=store)
    for _ in range(40):
        serve(one, "green", rounds=1)
        serve(other, "green", rounds=1)
    [change] = one.bandit.changes()
    assert (change.action, change.arm, change.who) == ("pause", "green", "guardrail")
    assert change.note.startswith("errors: green fails in ")
    assert one.bandit.controls().of("button").paused_arms == ("green",)
    assert {other.bandit.decide("button").arm for _ in range(20)} == {"red"}
    assert caplog.text.count("arm green is paused") == 1


def test_an_arm_that_was_resumed_begins_anew() -> None:
    """After `resume` the old errors do not count, and new ones do."""
    there = stand(GUARDED)
    serve(there, "green")
    there.bandit.control("resume", "button", arm="green")
    serve(there, "nobody")
    assert [each.action for each in there.bandit.changes()] == ["resume", "pause"]
    serve(there, "green")
    assert [each.action for each in there.bandit.changes()] == ["pause", "resume", "pause"]


def test_a_default_that_errs_is_not_paused(caplog: pytest.LogCaptureFixture) -> None:
    """There is nothing better known to serve, so an alarm is raised in its place, and told once."""
    there = stand(GUARDED)
    serve(there, "red")
    assert there.bandit.changes() == []
    [(found, breach)] = there.bandit._guard.alarmed.values()
    assert (found, breach.arm, breach.default) == (there.watch.now, "red", True)
    assert caplog.text.count("red fails in") == 1


def test_a_store_that_is_away_gets_to_know_later() -> None:
    """An arm that cannot be paused now is paused when the store is back."""
    there = stand(GUARDED)
    steering = there.bandit._steering
    right = steering.operate
    calls = []

    def away(wanted: Any) -> Any:
        calls.append(wanted)
        raise StoreError("memory://", "is away")

    steering.operate = away  # type: ignore[method-assign]  # the store that is away
    serve(there, "green")
    assert calls
    assert there.bandit.changes() == []
    steering.operate = right  # type: ignore[method-assign]
    there.bandit.flush()
    assert [each.action for each in there.bandit.changes()] == ["pause"]


def test_a_mistake_of_ours_does_not_stop_the_counting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever goes wrong here is told as a fault, and counts go on."""
    there = stand(GUARDED)
    monkeypatch.setattr(there.bandit._guard, "_judge", lambda *_: 1 / 0)
    there.bandit._guard.tally.notes.append([served("green"), "no status", 0.0])
    there.bandit.decide("button")
    there.bandit.flush()
    assert there.pulls() == 1
    assert there.bandit.health().faults == 1
    serve(there, "nobody", rounds=1)
    assert there.bandit.health().faults == 2


def buy(there: Stand, rates: dict[str, float], *, cohorts: int = 40) -> None:
    """Let so many cohorts of decisions pass, whose arms earn a goal at these rates."""
    draw = random.Random(2)
    for _ in range(cohorts):
        for _ in range(150):
            decision = there.bandit.decide("button")
            if draw.random() < rates[decision.arm]:
                there.bandit.reward(decision, goal="signup")
        there.bandit.flush()
        there.watch.now += 6 * HOUR


def test_an_arm_that_costs_a_goal_is_paused() -> None:
    """A secondary goal is watched by the counts, and forgiven from the last `resume` on."""
    there = stand({"guardrails": {"goals": {"signup": {"margin": "2%"}}}, "attribution": "7d"})
    buy(there, {"green": 0.1, "red": 0.4}, cohorts=20)
    [change] = there.bandit.changes()
    assert (change.arm, change.who) == ("green", "guardrail")
    assert change.note.startswith("goals.signup: green has ")
    there.watch.now += 24 * HOUR
    there.bandit.control("resume", "button", arm="green")
    buy(there, {"green": 0.4, "red": 0.4}, cohorts=4)
    assert [each.action for each in there.bandit.changes()] == ["resume", "pause"]
    buy(there, {"green": 0.1, "red": 0.4}, cohorts=20)
    assert [each.action for each in there.bandit.changes()] == ["pause", "resume", "pause"]
    assert there.watch.now > NOON


def test_a_child_leaves_the_notes_to_its_parent() -> None:
    """What a parent has noted is the parent's to record."""
    guard = stand(GUARDED).bandit._guard
    guard.tally.notes.append([served("green"), 200, 0.0])
    guard.after_fork(child=False)
    assert guard.tally.notes
    guard.after_fork(child=True)
    assert not guard.tally.notes


def test_limits_that_change_are_watched_anew() -> None:
    """A new configuration begins with new evidence."""
    guard = stand(GUARDED).bandit._guard
    limits = stand(GUARDED).bandit.settings.guardrails["button"]
    first = guard._judge("button@1", limits)
    assert guard._judge("button@1", limits) is first
    assert guard._judge("button@1", limits._replace(alpha=0.5)) is not first
