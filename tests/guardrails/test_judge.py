"""Which arm is beyond which limit, by what the store has of all processes."""

from __future__ import annotations

import random

import pytest

from banditware.guardrails.judge import Breach, Earned, Field, Judge, goal_breaches
from banditware.guardrails.tally import Responses
from banditware.limits import Latency, Limits
from tests.guardrails.simulating import ARMS, LIMITS, Run, Site

FINE = Site({"a": 0.01, "b": 0.01, "c": 0.01})


def test_an_arm_that_errs_is_found() -> None:
    """Five percent of errors are found within some thousand requests, and the arm is named."""
    run = Run(1)
    found = run.until_breach(Site({"b": 0.05}), 100, 60)
    assert [(each.arm, each.guard, each.default) for each in found] == [("b", "errors", False)]
    assert found[0].note.startswith("b fails in ")
    assert "the default a in 0.00%" in found[0].note
    assert run.answered <= 5_000


def test_an_arm_that_breaks_after_a_long_time_is_found_as_soon() -> None:
    """Months of good responses do not hide an arm that breaks, nor do they blur what is said."""
    run = Run(2)
    assert run.until_breach(FINE, 2_000, 130) == []
    found = run.until_breach(FINE._replace(errors={"c": 0.06}), 100, 90)
    assert [each.arm for each in found] == ["c"]
    assert run.answered - 260_000 <= 9_000


def test_a_slow_arm_is_found() -> None:
    """An arm whose responses take half a second longer is found, and the times are told."""
    found = Run(3).until_breach(Site({}, slow={"b": 0.5}), 100, 60)
    assert [(each.arm, each.guard) for each in found] == [("b", "latency")]
    assert "b takes up to 0." in found[0].note


def test_a_default_that_errs_is_told_apart() -> None:
    """The default is compared with all the others together."""
    found = Run(4).until_breach(Site({"a": 0.08}), 100, 60)
    assert [(each.arm, each.default) for each in found] == [("a", True)]
    assert "all other arms in 0.00%" in found[0].note


def test_an_outage_of_all_arms_while_traffic_moves_pauses_nobody() -> None:
    """In the bad hour of the whole site most traffic is on one arm, which is not to blame."""
    run = Run(5)
    moved = FINE._replace(shares=(0.05, 0.9, 0.05))
    outage = moved._replace(errors=dict.fromkeys(ARMS, 0.5), slow=dict.fromkeys(ARMS, 3.0))
    assert run.until_breach(FINE, 200, 20) == []
    assert run.until_breach(outage, 200, 60) == []
    assert run.until_breach(FINE, 200, 20) == []


def test_equal_arms_are_left_in_peace() -> None:
    """Over several runs of equal arms nobody is paused."""
    for seed in range(8):
        assert Run(seed).until_breach(FINE, 100, 120) == []


def test_an_arm_that_was_paused_begins_anew() -> None:
    """What spoke against an arm before it was paused is forgotten when it is resumed."""
    run = Run(6)
    assert run.until_breach(Site({"b": 0.05}), 100, 60)
    run.field = run.field._replace(arms=("a", "c"))
    run.second(FINE, 100)
    run.field = run.field._replace(arms=ARMS)
    assert run.until_breach(FINE, 100, 30) == []


def test_counts_that_went_back_begin_anew() -> None:
    """A store that lost what it had is no evidence."""
    judge, field = Judge(LIMITS), Field("button", ("a", "b"), "a")
    for number in (5_000, 100, 200):
        seen = {arm: Responses(number, 0, {3: number}) for arm in "ab"}
        assert judge.look(seen, field, 0.0) == []


def test_limits_that_were_not_declared_are_not_watched() -> None:
    """Without a limit for errors nobody is paused for them, nor without one for time."""
    slow = Run(7, Limits(latency=Latency(0.2)))
    assert slow.until_breach(Site({"b": 0.2}), 100, 20) == []
    failing = Run(8, Limits(errors=0.01))
    assert failing.until_breach(Site({}, slow={"b": 2.0}), 100, 20) == []


def cohorts(rates: dict[str, float], number: int, seed: int = 1) -> list[Earned]:
    """Return cohorts whose arms earned at these rates, less and less of it has come by now."""
    draw = random.Random(seed)
    found = []
    for index in range(number):
        share = 1 - index / number
        rewards = {
            a: float(sum(draw.random() < r * share for _ in range(400))) for a, r in rates.items()
        }
        found.append(Earned(index, dict.fromkeys(rates, 400.0), rewards))
    return found


GOALS = Limits(goals={"signup": 0.02})
FIELD = Field("button", ("a", "b", "c"), "a")


def costly(every: list[Earned]) -> list[Breach]:
    """Return which arms cost the goal."""
    return list(goal_breaches("signup", every, GOALS, FIELD, 18_900.0))


def test_an_arm_that_costs_a_goal_is_found() -> None:
    """An arm with far fewer rewards per pull than the default is found, with many still to come."""
    [found] = costly(cohorts({"a": 0.2, "b": 0.1, "c": 0.19}, 30))
    assert (found.arm, found.guard) == ("b", "goals.signup")
    assert "signup per pull" in found.note


@pytest.mark.parametrize("seed", range(5))
def test_arms_within_the_margin_cost_nothing(seed: int) -> None:
    """Less by as much as is allowed is no breach; nor are too few pulls, or none."""
    assert costly(cohorts({"a": 0.2, "b": 0.185, "c": 0.3}, 30, seed)) == []
    assert costly([Earned(0, {"a": 400.0}, {"a": 400.0})]) == []
