"""Decisions outside of requests: what is counted, and what the caller is told."""

from __future__ import annotations

from typing import Any

import pytest

from banditware.errors import ContextError
from tests.shoes import shoes

pytestmark = pytest.mark.usefixtures("calm")

PLAIN: dict[str, Any] = {"context": None, "action_context": None, "policy": "uniform"}
ARMS = {"arms": {"red": "#f00", "green": "#0f0"}, "default": "red"}
ADULT = {"attribute": "age", "operator": "GTE", "value": 18}


@pytest.mark.parametrize("kind", [PLAIN, {}])
def test_who_takes_part(kind: dict[str, Any]) -> None:
    """Others are served the default, which is counted under the reason."""
    here = shoes({**kind, **ARMS, "only_if": ADULT})
    assert here.bandit.decide("button", context={"age": 20}).reason == "drawn"
    young = here.bandit.decide("button", context={"age": 2}, default="green")
    assert (young.value, young.reason, young.counted) == ("#0f0", "not_targeted", False)
    assert (here.pulls(), here.excluded()) == (1, {"not_targeted": 1})


@pytest.mark.parametrize("kind", [PLAIN, {}])
def test_the_holdout(kind: dict[str, Any]) -> None:
    """A subject of the holdout is counted apart; somebody new is in none."""
    here = shoes({**kind, **ARMS, "holdout": "99.9999%"})
    assert here.bandit.decide("button", subject="u").reason == "holdout"
    assert here.bandit.decide("button").reason == "drawn"
    assert (here.report()["holdout"]["pulls"], here.pulls()) == (1, 1)


@pytest.mark.parametrize("said", [{"context": ["age"]}, {"actions": 5}])
def test_mistakes_before_conditions(said: dict[str, Any]) -> None:
    """What cannot be looked into is the caller's mistake, also where conditions would read it."""
    here = shoes({**ARMS, "only_if": ADULT})
    with pytest.raises(ContextError):
        here.bandit.decide("button", **said)
    assert sum(here.excluded().values()) == 1


def test_a_default_for_no_action() -> None:
    """With a default, having nothing to choose from is no mistake; other mistakes still are."""
    here = shoes({"arms": None, "default": "none"})
    nothing: tuple[Any, ...] = ({}, [], None)
    for actions in nothing:
        decision = here.bandit.decide("button", actions=actions, default="plain")
        assert (decision.arm, decision.value, decision.reason) == ("plain", "plain", "no_actions")
        with pytest.raises(ContextError, match="actions="):
            here.bandit.decide("button", actions=actions)
    with pytest.raises(ContextError, match="twice"):
        here.bandit.decide("button", actions=["a", "a"], default="plain")
    assert here.excluded() == {"no_actions": 6, "bad_actions": 1}
