"""The registry."""

from __future__ import annotations

import ast
import dataclasses
import math
import pickle
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

import banditware.policies
from banditware.model import Policy
from banditware.policies import DEFAULT, POLICIES, check_arms
from banditware.policies.fixed import Fixed
from tests.policies import cases

by_name = pytest.mark.parametrize("name", POLICIES)

UNIT = {"ucb1", "ucb-tuned", "kl-ucb", "thompson", "top-two-thompson", "exp3"}


def test_the_default_is_thompson_sampling() -> None:
    """An experiment that names no policy gets Thompson sampling."""
    assert DEFAULT == "thompson"
    assert DEFAULT in POLICIES


@by_name
def test_a_policy_knows_its_own_name(name: str) -> None:
    """The name in the registry is the name in the class."""
    assert POLICIES[name].name == name


@by_name
def test_a_policy_says_which_rewards_it_takes(name: str) -> None:
    """Rewards must be in [0, 1] for just those policies whose theory needs it."""
    assert POLICIES[name].unit_rewards is (name in UNIT)


@by_name
def test_a_policy_is_built_from_a_mapping(name: str) -> None:
    """The configuration can validate the parameters of every policy by its annotations."""
    adapter: TypeAdapter[Any] = TypeAdapter(POLICIES[name])
    assert adapter.validate_python({}) == POLICIES[name]()


@pytest.mark.parametrize("name", [name for name in POLICIES if name not in cases.UNMIXED])
def test_a_wrong_parameter_is_found_by_the_configuration(name: str) -> None:
    """What `__post_init__` refuses, pydantic reports with the same words."""
    adapter: TypeAdapter[Any] = TypeAdapter(POLICIES[name])
    with pytest.raises(ValidationError, match="floor must be between 0 and 1, not 3"):
        adapter.validate_python({"floor": 3})


@pytest.mark.parametrize("policy", cases.EVERY, ids=cases.label)
def test_a_policy_is_a_value(policy: Policy) -> None:
    """Policies compare, hash and pickle by their parameters, and cannot be changed."""
    copy = pickle.loads(pickle.dumps(policy))
    assert copy == policy
    assert hash(copy) == hash(policy)
    with pytest.raises((dataclasses.FrozenInstanceError, AttributeError, TypeError)):
        policy.name = "other"  # type: ignore[misc]  # that is the claim


@pytest.mark.parametrize(
    ("name", "parameters", "message"),
    [
        *(
            (name, {"floor": bad}, f"floor must be between 0 and 1, not {bad:g}")
            for name in POLICIES
            if name not in cases.UNMIXED
            for bad in (-0.1, 1.5, math.nan)
        ),
        ("epsilon-greedy", {"epsilon": 3}, "epsilon must be between 0 and 1, not 3"),
        ("annealing-epsilon-greedy", {"c": 0}, "c must be a finite number above 0, not 0"),
        ("softmax", {"c": math.inf}, "c must be a finite number above 0, not inf"),
        ("softmax", {"temperature": 0.1}, "temperature is in units of the reward and needs compat"),
        ("softmax", {"compat": True}, "compat needs a temperature"),
        ("softmax", {"compat": True, "temperature": 0.0}, "temperature must be a finite number"),
        ("annealing-softmax", {"c": -1}, "c must be a finite number above 0, not -1"),
        ("ucb1", {"alpha": 0}, "alpha must be a finite number above 0, not 0"),
        ("thompson-normal", {"prior_pulls": 0}, "prior_pulls must be a finite number above 0"),
        ("top-two-thompson", {"beta": 2}, "beta must be between 0 and 1, not 2"),
        ("exp3", {"gamma": 0}, "gamma must be a finite number above 0, not 0"),
        ("exp3", {"gamma": 1.1}, "gamma must be between 0 and 1, not 1.1"),
        ("fixed", {"weights": {"a": -1}}, "weights.a must be a finite number of 0 or more, not -1"),
        ("fixed", {"weights": {"a": math.inf}}, "weights.a must be a finite number of 0 or more"),
        ("fixed", {"weights": {"a": 0, "b": 0}}, "weights must not all be 0"),
    ],
)
def test_a_wrong_parameter_is_refused(name: str, parameters: dict[str, Any], message: str) -> None:
    """A policy with a parameter it cannot use is never born, and says what to mend."""
    with pytest.raises(ValueError, match=message):
        POLICIES[name](**parameters)


def test_only_fixed_weights_depend_on_the_arms() -> None:
    """`check_arms` refuses weights that do not fit the arms, and nothing else."""
    for policy in cases.EVERY:
        check_arms(policy, ["green", "red"])
    with pytest.raises(ValueError, match=r"weights.gren is for no arm; did you mean 'green'\?"):
        check_arms(Fixed({"gren": 1, "red": 1}), ["green", "red"])


def test_policies_reach_for_nothing_but_arithmetic() -> None:
    """No policy imports a third-party package, a clock, randomness, threads, files or sockets."""
    allowed = {
        "__future__",
        "banditware",
        "collections",
        "dataclasses",
        "functools",
        "math",
        "typing",
    }
    files = sorted(Path(str(banditware.policies.__file__)).parent.glob("*.py"))
    assert len(files) > len(POLICIES)
    for file in files:
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Import):
                assert {alias.name.split(".")[0] for alias in node.names} <= allowed
            elif isinstance(node, ast.ImportFrom):
                assert str(node.module).split(".")[0] in allowed
