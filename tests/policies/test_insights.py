from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import pytest

from banditware.model import Policy, Statistics
from banditware.policies import POLICIES, vectors
from banditware.policies.fixed import Fixed
from banditware.policies.insights import insights
from banditware.policies.top_two_thompson import top_two

THREE = Statistics(
    arms=("a", "b", "c"),
    pulls=(100.0, 50.0, 20.0),
    successes=(10.0, 9.0, 1.0),
    sums=(10.0, 9.0, 1.0),
    squares=(10.0, 9.0, 1.0),
    weighted=(30.0, 27.0, 3.0),
    batch=10.0,
)

#: What policies are left that have a floor of their own beside another share that explores.
_MIXED = {"epsilon-greedy": 0.1, "exp3": 0.1}


def made(name: str) -> Policy:
    """Return a policy with its defaults."""
    if name == Fixed.name:
        return Fixed({"a": 1.0, "b": 1.0, "c": 2.0})
    return POLICIES[name]()


@pytest.mark.parametrize("name", POLICIES)
def test_insights_lead_to_the_probabilities(name: str) -> None:
    """What is told of a policy comes to its probabilities, once the floor is added."""
    policy = made(name)
    told = insights(policy, THREE)
    for numbers in told.values():
        assert len(numbers) == 3
    best = told.get("best")
    before = told.get("before_floor", best)
    if before is None or name in _MIXED or name == "annealing-epsilon-greedy":
        return
    assert policy.probabilities(THREE) == pytest.approx(vectors.with_floor(before, vectors.FLOOR))
    if name == "top-two-thompson":
        assert best is not None
        assert before == top_two(best, 0.5)


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("uniform", set()),
        ("fixed", set()),
        ("epsilon-greedy", {"before_floor"}),
        ("thompson", {"best"}),
        ("thompson-normal", {"best"}),
        ("top-two-thompson", {"best", "before_floor"}),
        ("ucb1", {"bound", "before_floor"}),
        ("ucb-tuned", {"bound", "before_floor"}),
        ("kl-ucb", {"bound", "before_floor"}),
    ],
)
def test_which_insights_there_are(name: str, keys: set[str]) -> None:
    """Policies of best arms tell how likely each is, optimists tell their bounds."""
    assert set(insights(made(name), THREE)) == keys


@pytest.mark.parametrize("name", ["ucb1", "ucb-tuned", "kl-ucb"])
def test_the_next_decision_goes_to_the_highest_bound(name: str) -> None:
    """With a batch of one, the arm with the highest bound gets everything before the floor."""
    told = insights(made(name), THREE._replace(batch=1.0))
    bounds, before = told["bound"], told["before_floor"]
    assert before[bounds.index(max(bounds))] == 1.0


def test_an_arm_without_pulls_has_no_bound() -> None:
    """An arm that was never pulled has an infinite upper confidence bound."""
    fresh = THREE._replace(pulls=(100.0, 50.0, 0.0), successes=(10.0, 9.0, 0.0))
    assert math.isinf(insights(made("ucb1"), fresh)["bound"][2])


def test_nothing_to_tell() -> None:
    """A single arm, and arms without pulls, are not a matter of the policy."""
    assert insights(made("thompson"), Statistics.empty(("a", "b"))) == {}
    assert insights(made("thompson"), Statistics(("a",), *((1.0,),) * 5)) == {}


def test_a_policy_of_the_app() -> None:
    """A policy that nobody knows tells what its floor did, if it has one."""

    @dataclass(frozen=True)
    class Own:
        """Plays the first arm."""

        name: ClassVar[str] = "own"
        unit_rewards: ClassVar[bool] = False
        floor: float = 0.3

        def probabilities(self, statistics: Statistics) -> tuple[float, ...]:
            """Return the probabilities."""
            return vectors.with_floor((1.0, 0.0, 0.0), self.floor)

    class Plain:
        """Has no parameters."""

        name: ClassVar[str] = "plain"
        unit_rewards: ClassVar[bool] = False

        def probabilities(self, statistics: Statistics) -> tuple[float, ...]:
            """Return the probabilities."""
            return (0.0, 0.0, 1.0)

    assert insights(Own(), THREE) == {"before_floor": (1.0, 0.0, 0.0)}
    assert insights(Plain(), THREE) == {}
