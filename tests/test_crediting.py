from __future__ import annotations

import enum
import math
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from banditware.counts import HOLDOUT, decode, once_key
from banditware.crediting import (
    LARGEST,
    RefusedError,
    Reward,
    credit,
    finite,
    refuse_unlearnable,
    to_unit,
)
from banditware.errors import RewardError
from banditware.model import DAY, Experiment
from banditware.policies.thompson import Thompson
from banditware.policies.thompson_normal import ThompsonNormal
from banditware.tokens import SKEW, Assignment
from tests.support import NOON, experiment

DECISION = Assignment("button", "1", "green", 0.25, int(NOON), "ab", counted=True)


class Grade(enum.IntEnum):
    """A number with a name."""

    GOOD = 2


def credited(
    given_: Reward | None = None,
    *,
    of: Experiment | None = None,
    assignment: Assignment | None = DECISION,
    after: float = 5.0,
) -> dict[str, float]:
    """Return what a reward adds."""
    made = of or experiment(Thompson())
    record = credit(made, assignment, given_ or Reward(), NOON + after)
    return dict(decode(record).deltas)


def refused(*arguments: Any, **more: Any) -> str:
    """Return why a reward is refused."""
    with pytest.raises(RefusedError) as raised:
        credited(*arguments, **more)
    return raised.value.reason


def test_what_a_reward_adds() -> None:
    """A reward goes to the decision's arm and cohort, with what the policy learns from it."""
    cohort = experiment().cohort(NOON)
    assert credited() == {
        f"k/green/{cohort}/reward": 1,
        f"s/green/{cohort}/reward": 1.0,
        f"q/green/{cohort}/reward": 1.0,
        f"m/green/{cohort}/reward": 1.0,
        f"w/green/{cohort}/reward": 4.0,
        "d/3/reward": 1,
    }


def test_another_goal_teaches_nothing() -> None:
    """A reward for another goal is counted under it, and the policy does not see it."""
    cohort = experiment().cohort(NOON)
    assert credited(Reward(250.0, "cart")) == {
        f"k/green/{cohort}/cart": 1,
        f"s/green/{cohort}/cart": 250.0,
        f"q/green/{cohort}/cart": 62_500.0,
    }


def test_the_holdout_teaches_nothing() -> None:
    """Rewards of the holdout are counted apart and move no traffic."""
    names = credited(assignment=DECISION._replace(arm=HOLDOUT))
    assert {name.partition("/")[0] for name in names} == {"k", "s", "q"}
    assert all(HOLDOUT in name for name in names)


def test_the_old_versions_ledger() -> None:
    """A decision of an older version is credited where it was counted."""
    record = credit(experiment(version="2"), DECISION, Reward(), NOON + 1)
    assert decode(record).ledger == "button@1"


@pytest.mark.parametrize(
    ("goal", "once", "key"),
    [
        (None, True, once_key(NOON, "ab", "reward")),
        ("reward", True, once_key(NOON, "ab", "reward")),
        ("cart", True, once_key(NOON, "ab", "cart")),
        (None, False, ""),
    ],
)
def test_once_per_decision_and_goal(goal: str | None, once: bool, key: str) -> None:
    """The key that a store lets through once names the decision and the goal; or there is none."""
    record = credit(experiment(), DECISION, Reward(1.0, goal, once), NOON)
    assert decode(record).once == key


def test_the_key_does_not_depend_on_the_configuration() -> None:
    """A decision that is credited under another attribution is the same one to the store."""
    keys = {
        decode(credit(experiment(cohort_width=width), DECISION, Reward(), NOON)).once
        for width in (60, 18_900, 500_000)
    }
    assert len(keys) == 1


@pytest.mark.parametrize(
    ("after", "reason"),
    [
        (0.0, ""),
        (-SKEW, ""),
        (7 * DAY, ""),
        (7 * DAY + 1, "late"),
        (-SKEW - 1, "late"),
    ],
)
def test_the_time_to_earn(after: float, reason: str) -> None:
    """A reward comes within `attribution`; clocks may differ by five minutes."""
    if reason:
        assert refused(after=after) == reason
    else:
        assert credited(after=after)


def test_a_delay_is_never_negative() -> None:
    """A decision of another host's future took no time."""
    assert credited(after=-200.0)["d/0/reward"] == 1


@pytest.mark.parametrize("assignment", [None, DECISION._replace(counted=False)])
def test_no_pull_earns_nothing(assignment: Assignment | None) -> None:
    """Without a decision, or with one that was no pull, there is nothing to credit."""
    assert refused(assignment=assignment) == "no_decision"


@pytest.mark.parametrize(
    ("amount", "number"),
    [
        (2, 2.0),
        (2.5, 2.5),
        (-1.0, -1.0),
        (True, 1.0),
        (Grade.GOOD, 2.0),
        (Decimal("19.99"), 19.99),
        (Fraction(1, 4), 0.25),
        (np.float64(0.5), 0.5),
        (np.float32(0.5), 0.5),
        (np.int64(7), 7.0),
        (LARGEST, LARGEST),
    ],
)
def test_numbers_of_all_kinds(amount: Any, number: float) -> None:
    """Whatever number a view has, it is credited, and written as one that reads back."""
    assert type(finite(amount)) is float
    cohort = experiment().cohort(NOON)
    assert credited(Reward(amount))[f"s/green/{cohort}/reward"] == number


NO_NUMBERS: list[object] = [
    math.nan,
    math.inf,
    -math.inf,
    np.float64("nan"),
    Decimal("nan"),
    Decimal("sNaN"),
    Decimal("1e999"),
    10**400,
    10**5000,
    1e151,
    "1",
    b"1",
    None,
    1j,
    [1.0],
    np.array([1.0, 2.0]),
    object(),
]


@pytest.mark.parametrize("amount", NO_NUMBERS, ids=lambda each: type(each).__name__)
def test_what_is_no_number_is_refused(amount: Any) -> None:
    """NaN, infinities, what cannot be squared and what is no number never reach the store."""
    assert refused(Reward(amount)) == "not_a_number"
    with pytest.raises(RewardError, match="a reward is a finite number, not"):
        finite(amount)


@pytest.mark.parametrize("goal", ["", "a b", "a/b", "a\tb", "a\nb", "é", "x" * 65, 5, ("a",)])
def test_what_is_no_goal_is_refused(goal: Any) -> None:
    """A goal is a name: anything else could not be written down."""
    assert refused(Reward(1.0, goal)) == "bad_goal"


@settings(deadline=None)
@given(amount=st.floats(-LARGEST, LARGEST), low=st.floats(-1e6, 1e6), width=st.floats(1e-3, 1e6))
def test_every_amount_is_mapped_into_the_unit(amount: float, low: float, width: float) -> None:
    """Whatever the amount and the range, what the policy learns is in [0, 1]."""
    unit, clipped = to_unit(amount, experiment(Thompson(), reward_range=(low, low + width)))
    assert 0.0 <= unit <= 1.0
    if low + width * 0.001 <= amount <= low + width * 0.999:
        assert not clipped
        assert unit == pytest.approx((amount - low) / width, abs=1e-6)


@pytest.mark.parametrize(
    ("amount", "unit", "clipped"),
    [(10.0, 0.0, 0), (15.0, 0.5, 0), (20.0, 1.0, 0), (25.0, 1.0, 1), (-3.0, 0.0, 1)],
)
def test_a_range_maps_and_cuts(amount: float, unit: float, clipped: int) -> None:
    """Amounts map from the range into [0, 1]; what is cut off is counted as clipped."""
    made = experiment(Thompson(), reward_range=(10.0, 20.0))
    deltas = credited(Reward(amount), of=made)
    cohort = made.cohort(NOON)
    assert deltas[f"m/green/{cohort}/reward"] == unit
    assert deltas[f"s/green/{cohort}/reward"] == amount
    assert deltas.get("x/clipped", 0) == clipped


def test_policies_of_real_rewards_cut_nothing() -> None:
    """What a policy of any rewards learns from is the amount itself: nothing is clipped."""
    assert "x/clipped" not in credited(Reward(25.0), of=experiment(ThompsonNormal()))
    assert "x/clipped" in credited(Reward(25.0), of=experiment(Thompson()))


@pytest.mark.parametrize(
    ("made", "given_", "refuses"),
    [
        (experiment(Thompson()), Reward(1.0), False),
        (experiment(Thompson()), Reward(1.5), True),
        (experiment(Thompson()), Reward(-0.5, "reward"), True),
        (experiment(Thompson()), Reward(1.5, "cart"), False),
        (experiment(Thompson(), reward_range=(0.0, 1.0)), Reward(1.5), False),
        (experiment(ThompsonNormal()), Reward(1.5), False),
    ],
)
def test_callers_are_told_what_cannot_be_learnt(
    made: Experiment, given_: Reward, refuses: bool
) -> None:
    """Only a policy of unit rewards without a range refuses what is outside of [0, 1]."""
    if refuses:
        with pytest.raises(RewardError, match=r"outside \[0, 1\].*declare reward_range"):
            refuse_unlearnable(made, given_)
    else:
        refuse_unlearnable(made, given_)


def test_no_number_is_refused_before_all_else() -> None:
    """Callers are told of what is no number whatever the range and the goal are."""
    with pytest.raises(RewardError, match="finite number, not nan"):
        refuse_unlearnable(experiment(Thompson(), reward_range=(0.0, 1.0)), Reward(math.nan))
