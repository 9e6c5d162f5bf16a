from __future__ import annotations

import pytest

from banditware import errors
from banditware.errors import (
    BanditwareError,
    ConfigError,
    Problem,
    RewardError,
    StoreError,
    TokenError,
    UnknownExperimentError,
)


@pytest.mark.parametrize(
    ("kind", "builtin"),
    [
        (ConfigError, Exception),
        (UnknownExperimentError, KeyError),
        (RewardError, ValueError),
        (TokenError, ValueError),
        (StoreError, Exception),
    ],
)
def test_one_base_for_all(kind: type[Exception], builtin: type[Exception]) -> None:
    """Every error is a BanditwareError and the builtin that people would catch."""
    assert issubclass(kind, BanditwareError)
    assert issubclass(kind, builtin)


def test_the_tree_of_the_docstring_is_the_tree() -> None:
    """The module's docstring names every error there is."""
    kinds = [name for name in vars(errors) if name.endswith("Error")]
    assert [name for name in kinds if name not in str(errors.__doc__)] == []


def test_a_problem_shows_where_it_is() -> None:
    """A problem reads `file:line:column: path: message`, as far as these are known."""
    assert str(Problem("b.yaml", 3, 5, "a.b", "is wrong")) == "b.yaml:3:5: a.b: is wrong"
    assert str(Problem("b.yaml", 1, 1, "", "is empty")) == "b.yaml:1:1: is empty"
    assert str(Problem("<mapping>", 0, 0, "a.b", "is wrong")) == "<mapping>: a.b: is wrong"


def test_all_problems_are_told() -> None:
    """A configuration's error lists every problem, one on a line, and carries them."""
    problems = [Problem("b", 1, 1, "x", "one"), Problem("b", 2, 1, "y", "two")]
    error = ConfigError(iter(problems))
    assert error.problems == tuple(problems)
    assert str(error) == "b:1:1: x: one\nb:2:1: y: two"


def test_a_near_miss_is_recognised() -> None:
    """An unknown name comes with the nearest known one."""
    error = UnknownExperimentError("headlnie", ["headline", "button"])
    assert error.name == "headlnie"
    assert str(error) == "no experiment is called 'headlnie'; did you mean 'headline'?"


def test_nothing_near_and_nothing_at_all() -> None:
    """Without a near name there is no guess; without any, that is said."""
    assert str(UnknownExperimentError("x", ["headline"])) == "no experiment is called 'x'"
    assert str(UnknownExperimentError("x", [])).endswith("; the configuration declares none")


def test_a_store_is_named() -> None:
    """A store's error begins with its address."""
    error = StoreError("sqlite:///a.db", "is locked")
    assert (error.url, str(error)) == ("sqlite:///a.db", "sqlite:///a.db: is locked")
