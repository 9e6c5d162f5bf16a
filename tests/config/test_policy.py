from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import pytest
from pydantic import ValidationError

from banditware.config.policy import read_policy
from banditware.model import Policy, Statistics
from banditware.policies import POLICIES
from banditware.policies.epsilon_greedy import EpsilonGreedy
from banditware.policies.fixed import Fixed
from banditware.policies.softmax import Softmax


@dataclass(frozen=True)
class Strict:
    """A policy with a parameter that must be given, and that complains of nothing in particular."""

    name: ClassVar[str] = "strict"
    unit_rewards: ClassVar[bool] = False
    power: float

    def __post_init__(self) -> None:
        if self.power > 1:
            raise ValueError("these do not go together")

    def probabilities(self, statistics: Statistics) -> tuple[float, ...]:
        """Return an even split."""
        return (1 / len(statistics.arms),) * len(statistics.arms)


def complaints(value: object, arms: list[str] | None = None) -> list[tuple[tuple[Any, ...], str]]:
    with pytest.raises(ValidationError) as caught:
        read_policy(value, arms)
    return [(each["loc"], each["msg"]) for each in caught.value.errors()]


@pytest.mark.parametrize("name", POLICIES)
def test_every_policy(name: str) -> None:
    """Every policy of the registry can be named alone or in a mapping."""
    assert read_policy(name, ["a", "b"]) == read_policy({"name": name}, ["a", "b"])
    assert isinstance(read_policy(name, None), POLICIES[name])


@pytest.mark.parametrize(
    ("value", "made"),
    [
        ({"name": "epsilon-greedy", "epsilon": 1}, EpsilonGreedy(epsilon=1.0)),
        (
            {"name": "softmax", "compat": True, "temperature": 0.1},
            Softmax(compat=True, temperature=0.1),
        ),
        ({"name": "fixed", "weights": {"a": 1, "b": 3.5}}, Fixed({"a": 1.0, "b": 3.5})),
    ],
)
def test_parameters(value: Mapping[str, Any], made: Policy) -> None:
    """Parameters reach the policy; whole numbers do for fractions."""
    assert read_policy(value, ["a", "b"]) == made


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("tompson", [((), "there is no policy \0; did you mean 'thompson'?")]),
        ({"name": "ucb"}, [(("name",), "there is no policy \0; did you mean 'ucb1'?")]),
        (
            {"name": "epsilon-greedy", "epsilom": 0.1, "floor": "x"},
            [
                (("floor",), "must be a number, not \0"),
                (("epsilom",), "is not a known key; did you mean 'epsilon'?"),
            ],
        ),
        (
            {"name": "epsilon-greedy", "epsilon": 3, "floor": -1},
            [
                (("epsilon",), "must be between 0 and 1, not 3"),
                (("floor",), "must be between 0 and 1, not -1"),
            ],
        ),
        (
            {"name": "softmax", "c": True, "floor": 2},
            [(("c",), "must be a number, not \0"), (("floor",), "must be between 0 and 1, not 2")],
        ),
        (
            {"name": "epsilon-greedy", "epsilon": float("nan")},
            [(("epsilon",), "must be a finite number, not \0")],
        ),
        (
            {"name": "epsilon-greedy", "epsilon": None},
            [(("epsilon",), "has no value: give it one, or remove the key")],
        ),
        (
            {"name": "fixed", "weights": {"a": -1, "a b": 1, "b": 1}},
            [
                (("weights", "a"), "must be a finite number of 0 or more, not -1"),
                (("weights", "a b"), "is for no arm"),
            ],
        ),
        (
            {"name": "fixed", "weights": {"a": 0, "b": 0}},
            [(("weights",), "must not all be 0; give one arm a weight above 0")],
        ),
        (
            {"name": "fixed", "weights": {"a": 1}},
            [(("weights",), "must name every arm: add b (0 gives it no traffic)")],
        ),
        ({"name": "fixed", "weights": [1, 2]}, [(("weights",), "must be a mapping, not \0")]),
    ],
)
def test_complaints(value: object, found: list[tuple[tuple[Any, ...], str]]) -> None:
    """Every wrong parameter is reported at its own place, once."""
    assert complaints(value, ["a", "b"]) == found


@pytest.mark.parametrize(
    ("value", "start"), [(5, "must be the name"), ("zzz", "there is no"), ([], "must")]
)
def test_list_of_policies(value: object, start: str) -> None:
    """Where nothing is near, the message lists the policies."""
    ((loc, message),) = complaints(value)
    assert loc == ()
    assert message.startswith(start)
    assert all(name in message for name in POLICIES)


def test_no_name() -> None:
    """Parameters without a name are refused."""
    ((loc, message),) = complaints({"epsilon": 0.1})
    assert (loc, message[:10]) == (("name",), "is missing")


def test_unknown_arms() -> None:
    """Weights are not compared with arms that are wrong themselves."""
    assert read_policy({"name": "fixed", "weights": {"z": 1}}, None) == Fixed({"z": 1.0})


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ({"name": "strict"}, [(("power",), "is missing")]),
        ({"name": "strict", "power": "x"}, [(("power",), "must be a number, not \0")]),
        ({"name": "strict", "power": 2}, [((), "these do not go together")]),
    ],
)
def test_policies_to_come(
    value: object, found: list[tuple[tuple[Any, ...], str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A parameter may be required, and a complaint may be about the policy as a whole."""
    monkeypatch.setitem(POLICIES, "strict", Strict)
    assert complaints(value) == found
