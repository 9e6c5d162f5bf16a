"""Matured pulls."""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from banditware import counts
from banditware.maturity import Reading, statistics
from banditware.policies.thompson import Thompson

NOW = 1_700_000_000
WIDTH = 1_000
ARMS = ("blue", "red")

#: What happened, as `counts.line` takes it.
Event = str


def reading(now: float = NOW, *, goal: str = "reward", batch: float = 1.0) -> Reading:
    """Return a reading of cohorts of 1000 seconds."""
    return Reading(goal=goal, now=now, width=WIDTH, batch=batch)


def added(events: Iterable[Event]) -> dict[str, float]:
    """Return a ledger: the sums of what events add."""
    return summed(counts.decode(counts.line("a@1", "", event)).deltas for event in events)


def summed(parts: Iterable[counts.Fields]) -> dict[str, float]:
    """Return the sum of ledgers."""
    fields: Counter[str] = Counter()
    for part in parts:
        for name, number in part.items():
            fields[name] += number  # type: ignore[assignment]  # a counter of floats, as ledgers are
    return dict(fields)


def rewarded(arm: str, cohort: int, amount: float = 1.0, *, delay: float = 0.0) -> Event:
    """Return a reward of the goal, seen after some seconds, of a decision drawn with one half."""
    learnt = counts.Learnt(unit=amount, propensity=0.5, delay=delay)
    return counts.reward(arm, cohort, goal="reward", amount=amount, learnt=learnt)


@st.composite
def events(draw: st.DrawFn, longest: float = 1e6) -> list[Event]:
    """Draw pulls and rewards of two active arms and a removed one, in cohorts old and new."""
    found: list[Event] = []
    cohorts = st.sampled_from([0, *range(NOW - 8 * WIDTH, NOW + 2 * WIDTH, WIDTH)])
    for _ in range(draw(st.integers(1, 40))):
        arm, cohort = draw(st.sampled_from([*ARMS, "removed"])), draw(cohorts)
        found.append(counts.pull(arm, cohort))
        if draw(st.booleans()):
            amount, delay = draw(st.floats(0, 1)), draw(st.floats(0, longest))
            found.append(rewarded(arm, cohort, amount, delay=delay))
    return found


@given(history=events(longest=0.99))
def test_instant_rewards_leave_plain_counts(history: list[Event]) -> None:
    """If no reward took a second, pulls are the plain counts, to the last bit."""
    fields = added(history)
    totals = counts.totals(fields)
    known = statistics(fields, ARMS, reading=reading())
    assert known.pulls == tuple(totals.arms[arm].pulls if arm in totals.arms else 0 for arm in ARMS)


@given(history=events())
def test_old_cohorts_are_plain_counts(history: list[Event]) -> None:
    """Once every delay that was seen has passed, pulls are the plain counts, to the last bit."""
    fields = added(history)
    totals = counts.totals(fields)
    known = statistics(fields, ARMS, reading=reading(NOW + 3e6))
    assert known.pulls == tuple(totals.arms[arm].pulls if arm in totals.arms else 0 for arm in ARMS)


@given(history=events())
def test_sums_are_those_of_the_ledger(history: list[Event]) -> None:
    """Rewards are summed over cohorts, whatever their age."""
    fields = added(history)
    totals = counts.totals(fields)
    known = statistics(fields, ARMS, reading=reading())
    for position, arm in enumerate(ARMS):
        if arm not in totals.arms:
            continue
        wanted = totals.arms[arm]
        goal = wanted.goals.get("reward", counts.GoalTotals())
        assert known.successes[position] == pytest.approx(goal.successes)
        assert known.weighted[position] == pytest.approx(goal.weighted)
        assert known.sums[position] == pytest.approx(goal.reward_sum)
        assert known.squares[position] == pytest.approx(goal.squares)


@given(history=events())
def test_pulls_stay_between_rewards_and_counts(history: list[Event]) -> None:
    """Matured pulls are at most the plain counts, and at least the rewards seen of them."""
    fields = added(history)
    known = statistics(fields, ARMS, reading=reading())
    for arm, pulls in zip(ARMS, known.pulls, strict=True):
        cohorts = [name for name in fields if name.startswith(f"n/{arm}/")]
        plain = sum(fields[name] for name in cohorts)
        seen = sum(min(fields[name], fields.get(f"k{name[1:]}/reward", 0)) for name in cohorts)
        assert seen - 1e-9 <= pulls <= plain + 1e-9


@given(history=events(), data=st.data())
def test_the_order_of_the_fields_does_not_matter(history: list[Event], data: st.DataObject) -> None:
    """A ledger that lists its fields in another order says the same, to the last bit."""
    fields = added(history)
    shuffled = dict(data.draw(st.permutations(list(fields.items()))))
    assert statistics(fields, ARMS, reading=reading()) == statistics(
        shuffled, ARMS, reading=reading()
    )


@settings(deadline=None)
@given(history=events(), data=st.data())
def test_workers_and_regions_add_up(history: list[Event], data: st.DataObject) -> None:
    """However events are spread over workers and merged, the counts and the vector are the same."""
    workers = data.draw(st.lists(st.integers(0, 3), min_size=len(history), max_size=len(history)))
    parts = [
        added(event for event, owner in zip(history, workers, strict=True) if owner == worker)
        for worker in data.draw(st.permutations(range(4)))
    ]
    merged = summed(parts)
    together = added(history)
    for name in together:
        if name[0] in "nkd":
            assert merged[name] == together[name]
    policy = Thompson()
    one, other = (
        policy.probabilities(statistics(fields, ARMS, reading=reading()))
        for fields in (together, merged)
    )
    assert one == pytest.approx(other, abs=1e-12)


@given(history=events(longest=0.99), data=st.data())
def test_instant_cohorts_may_be_folded(history: list[Event], data: st.DataObject) -> None:
    """With instant rewards, folding cohorts together changes no count."""
    fields = added(history)
    before = data.draw(st.integers(NOW - 9 * WIDTH, NOW + WIDTH))
    moves = counts.folds(fields, before)
    folded = summed({moves.get(name, name): number} for name, number in fields.items())
    plain = statistics(fields, ARMS, reading=reading())
    merged = statistics(folded, ARMS, reading=reading())
    assert merged.pulls == plain.pulls
    assert merged.sums == pytest.approx(plain.sums)


def test_an_arm_without_counts_has_zeros() -> None:
    """Active arms that the ledger does not know are there, in order, with zeros."""
    known = statistics(added([counts.pull("red", NOW)]), ["red", "blue"], reading=reading())
    assert known.arms == ("blue", "red")
    assert known.pulls == (0.0, 1.0)
    assert known.successes == known.sums == known.squares == known.weighted == (0.0, 0.0)


def test_only_active_arms_and_the_own_goal_are_read() -> None:
    """Removed arms, the holdout, exclusions and other goals are left out."""
    fields = added(
        [
            counts.pull("red", NOW),
            counts.pull("removed", NOW),
            counts.pull(counts.HOLDOUT, NOW),
            counts.excluded("bot"),
            rewarded("red", NOW, 0.5),
            rewarded("removed", NOW),
            counts.reward("red", NOW, goal="other", amount=9.0),
        ]
    )
    known = statistics(fields, ARMS, reading=reading())
    assert known.pulls == (0.0, 1.0)
    assert known.successes == known.sums == (0.0, 0.5)
    assert known.squares == (0.0, 0.25)
    assert known.weighted == (0.0, 1.0)
    other = statistics(fields, ARMS, reading=reading(goal="other"))
    assert other.sums == (0.0, 9.0)


def test_a_batch_is_at_least_one_decision() -> None:
    """The batch is handed on, but never below 1."""
    assert statistics({}, ARMS, reading=reading(batch=250.0)).batch == 250.0
    assert statistics({}, ARMS, reading=reading(batch=0.0)).batch == 1.0


@pytest.mark.parametrize("age", [0, 30, 100, 500, 900, 1_000, 1_200, 1_500, 2_000, 2_100])
def test_a_cohort_matures_with_its_delays(age: int) -> None:
    """A pull counts for the chance that its reward would have come, over all ages in its cohort.

    Delays are spread evenly over 512 to 1024 seconds, decisions over the cohort's 1000; checked by
    a million pairs on a grid.
    """
    fields = added([*[counts.pull("red", NOW)] * 100, *[rewarded("old", 0, delay=600)]])
    known = statistics(fields, ["red"], reading=reading(NOW + age))
    steps = 1_000
    span = min(age, WIDTH)
    ages = [age - span * (step + 0.5) / steps for step in range(steps)]
    chances = [min(1.0, max(0.0, (old - 512) / 512)) for old in ages]
    assert known.pulls[0] == pytest.approx(100 * math.fsum(chances) / steps, abs=1e-3)


def test_a_cohort_of_the_future_is_of_no_age() -> None:
    """Pulls of a process whose clock runs ahead count as having been made just now."""
    fields = added(
        [
            *[counts.pull("red", NOW + 5 * WIDTH)] * 10,
            *[rewarded("old", 0, delay=0.1)] * 3,
            rewarded("old", 0, delay=600),
            *[counts.pull("old", 0)] * 90,
        ]
    )
    pulls = statistics(fields, ["red"], reading=reading()).pulls[0]
    late = 100 / 90  # the late delay could be seen of 90 pulls of 100, so it weighs more
    assert pulls == pytest.approx(10 * 3 / (3 + late))


def test_long_delays_weigh_what_few_could_show() -> None:
    """A delay that only one pull in fifty was old enough to show weighs ten times, not fifty."""
    young = [counts.pull("red", NOW - WIDTH)] * 98
    old = [counts.pull("red", 0)] * 2
    seen = [*[rewarded("other", 0, delay=0.0)] * 10, rewarded("other", 0, delay=1e5)]
    known = statistics(added([*young, *old, *seen]), ["red"], reading=reading())
    assert known.pulls[0] == pytest.approx(2 + 98 * 10 / 20)


def test_a_delay_that_no_pull_could_show_is_used_all_the_same() -> None:
    """Rewards that were read before the pulls of their cohort do not divide by zero."""
    fields = added(
        [*[counts.pull("red", NOW - WIDTH)] * 8, rewarded("red", NOW - WIDTH, delay=1e6)]
    )
    assert statistics(fields, ["red"], reading=reading()).pulls == (1.0,)


def test_buckets_without_rewards_are_no_delays() -> None:
    """A histogram of zeros is none: plain counts."""
    fields = {**added([counts.pull("red", NOW)] * 5), "d/9/reward": 0}
    assert statistics(fields, ["red"], reading=reading()).pulls == (5.0,)


def test_folded_cohorts_are_mature() -> None:
    """The folded cohort has no age: all of its rewards have come, even by a clock near zero."""
    fields = added([*[counts.pull("red", 0)] * 6, rewarded("red", 0, delay=1e5)])
    assert statistics(fields, ["red"], reading=reading(500.0)).pulls == (6.0,)


def test_what_was_learnt_of_one_goal_is_not_taken_for_another() -> None:
    """After a change of the experiment's goal, what its policy learnt before stays apart."""
    fields = added([counts.pull("red", NOW), rewarded("red", NOW)])

    known = statistics(fields, ["red"], reading=reading(goal="purchase"))

    assert known.pulls == (1.0,)
    assert known.successes == known.weighted == (0.0,)


def test_rewards_of_other_goals_do_not_mature_a_pull() -> None:
    """Only a reward of the own goal shows that a pull has had its answer."""
    fields = added(
        [
            *[counts.pull("red", NOW)] * 3,
            counts.reward("red", NOW, goal="other", amount=1.0),
            rewarded("old", 0, delay=1e5),
        ]
    )
    assert statistics(fields, ["red"], reading=reading()).pulls == (0.0,)


def test_more_rewards_than_pulls_do_not_raise_the_pulls() -> None:
    """A decision that was rewarded several times is still one pull."""
    fields = added([counts.pull("red", NOW), *[rewarded("red", NOW, delay=90_000)] * 3])
    known = statistics(fields, ["red"], reading=reading())
    assert known.pulls == (1.0,)
    assert known.successes == (3.0,)


def test_the_rate_is_right_while_rewards_are_on_their_way() -> None:
    """With rewards at .3 and delays of 3000 s, rewards over matured pulls are .3 after 10,000 s.

    The plain ratio would be .22. Delays as they were seen, unweighted, would give .275: they miss
    the long ones that are still to come.
    """
    generator = random.Random(3)
    history: list[Event] = []
    start = NOW // WIDTH * WIDTH
    for step in range(100_000):
        moment = step / 10
        cohort = start + int(moment // WIDTH) * WIDTH
        history.append(counts.pull("red", cohort))
        delay = generator.expovariate(1 / 3_000)
        if generator.random() < 0.3 and moment + delay <= 10_000:
            history.append(rewarded("red", cohort, delay=delay))
    fields = added(history)
    known = statistics(fields, ["red"], reading=reading(start + 10_000))
    assert fields_ratio(fields) == pytest.approx(0.22, abs=0.01)
    assert known.successes[0] / known.pulls[0] == pytest.approx(0.3, abs=0.01)


def fields_ratio(fields: counts.Fields) -> float:
    """Return rewards over plain counts of the arm `red`."""
    arm = counts.totals(fields).arms["red"]
    return arm.goals["reward"].successes / arm.pulls
