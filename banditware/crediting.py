"""From a reward to the record that credits it."""

from __future__ import annotations

import math
from typing import NamedTuple, SupportsFloat

from banditware.control import FROZEN
from banditware.counts import HOLDOUT, Learnt, excluded, line, once_key, reward, reward_features
from banditware.errors import RewardError
from banditware.model import NAME, SHARED, Experiment
from banditware.tokens import SKEW, Assignment

#: The largest amount, up or down: its square is still a number that counts can be summed from.
LARGEST = 1e150

#: Reasons that lie in the decision, not in a caller's mistake.
UNEARNED = frozenset({"no_decision", "late", *FROZEN})


class RefusedError(RewardError):
    """A reward that is not credited.

    Attributes:
        reason: one word, under which it is counted.
    """

    def __init__(self, reason: str, message: str) -> None:
        self.reason = reason
        super().__init__(message)


class Reward(NamedTuple):
    """A number to be credited.

    Attributes:
        amount: the number; finite.
        goal: name under which it is counted, or None for the experiment's own goal.
        once: credit a decision and goal a single time, however often this is asked.
    """

    amount: float = 1.0
    goal: str | None = None
    once: bool = True


def credit(
    experiment: Experiment, assignment: Assignment | None, given: Reward, now: float
) -> bytes:
    """Return the spool record that credits `given` to the decision it belongs to.

    Args:
        experiment: the experiment that is rewarded.
        assignment: the subject's decision; None if there is none.
        given: what is credited.
        now: seconds since the epoch.

    Raises:
        RefusedError: there is no decision, it is too old, the amount is not a finite number, the
            goal is not a name, or the experiment's data are frozen.
    """
    amount = finite(given.amount)
    if not experiment.open:
        refuse_frozen(experiment)
    goal = experiment.goal if given.goal in (None, experiment.goal) else _named(given.goal)
    if assignment is None or not assignment.counted:
        raise RefusedError(
            "no_decision", f"no counted decision of {experiment.name!r} belongs to this reward"
        )
    age = now - assignment.time
    if age > experiment.attribution or age < -SKEW:
        raise RefusedError("late", f"the decision was {age:.0f} seconds ago: outside `attribution`")
    learnt: Learnt | None = None
    clipped = False
    if goal == experiment.goal and assignment.arm != HOLDOUT:
        unit, clipped = to_unit(amount, experiment)
        learnt = Learnt(unit, assignment.propensity, age)
    cohort = experiment.cohort(assignment.time)
    deltas = [reward(assignment.arm, cohort, goal=goal, amount=amount, learnt=learnt)]
    if learnt is not None and assignment.features:
        model = SHARED if experiment.shared else assignment.arm
        deltas.append(reward_features(model, cohort, assignment.features, amount=amount))
    if clipped:
        deltas.append(excluded("clipped"))
    once = once_key(assignment.time, assignment.id, goal) if given.once else ""
    return line(f"{experiment.name}@{assignment.version}", once, *deltas)


def refuse_frozen(experiment: Experiment) -> None:
    """Refuse a reward of an experiment whose data are frozen.

    Raises:
        RefusedError: they are.
    """
    frozen = "" if experiment.targeting is None else experiment.targeting.frozen
    if frozen:
        raise RefusedError(frozen, f"{experiment.name!r} is {frozen}: nothing is credited any more")


def finite(amount: object) -> float:
    """Return a reward's amount as a plain float, whatever kind of number it came as.

    Raises:
        RefusedError: it is not a number, not finite, or beyond `LARGEST`.
    """
    if type(amount) is float and -LARGEST <= amount <= LARGEST:  # as nearly all are
        return amount
    shown = type(amount).__name__
    if isinstance(amount, (int, float, SupportsFloat)):
        number = _float(amount)
        if abs(number) <= LARGEST:
            return number
        shown = repr(number)
    raise RefusedError("not_a_number", f"a reward is a finite number, not {shown}")


def _float(amount: SupportsFloat) -> float:
    try:
        return float(amount)
    except (ArithmeticError, TypeError, ValueError):  # too long, or no single number after all
        return math.inf


def _named(goal: object) -> str:
    if isinstance(goal, str) and NAME.match(goal):
        return goal
    raise RefusedError(
        "bad_goal", "a goal is a name of 1 to 64 letters, digits and the characters _ . -"
    )


def refuse_unlearnable(experiment: Experiment, given: Reward) -> None:
    """Refuse an amount that the policy could only learn from after cutting it.

    For callers who can be told. A request cannot: there the amount counts as it is and the policy
    learns from what is left of it in the range.

    Raises:
        RefusedError: the amount is outside the range and there is no `reward_range`, or it is no
            finite number.
    """
    amount = finite(given.amount)
    if experiment.reward_range is not None or given.goal not in (None, experiment.goal):
        return
    if to_unit(amount, experiment)[1]:
        raise RefusedError(
            "out_of_range",
            f"{amount!r} is outside [0, 1], and policy {experiment.policy.name!r} of "
            f"{experiment.name!r} learns from rewards in that range: declare reward_range: "
            "[lowest, highest], or use policy thompson-normal",
        )


def to_unit(amount: float, experiment: Experiment) -> tuple[float, bool]:
    """Return the amount mapped into [0, 1] by the experiment's range, and whether it was cut.

    Being cut only means something to policies that learn from such numbers.
    """
    low, high = experiment.reward_range or (0.0, 1.0)
    mapped = (amount - low) / (high - low)
    unit = min(1.0, max(0.0, mapped))
    return unit, unit != mapped and experiment.policy.unit_rewards
