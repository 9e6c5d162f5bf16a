"""Contextual experiments in the configuration."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from banditware.config import Settings
from banditware.contextual.policies.igw import InverseGapWeighting
from banditware.contextual.policies.lints import LinearThompson
from banditware.model import Attribute, Experiment, Schema

Settle = Callable[..., Settings]
Complain = Callable[..., list[str]]

PLAIN = "is for contextual experiments: declare `context`, or take a policy such as igw"


def one(settle: Settle, **keys: Any) -> Experiment:
    """Return the only experiment."""
    (found,) = settle(experiments={"e": keys}).experiments
    return found


def test_what_is_declared(settle: Settle) -> None:
    """Attributes, arms and model are what the file says."""
    found = one(
        settle,
        context={
            "age": {"type": "numeric", "range": [0, 120]},
            "country": {"type": "categorical", "levels": ["GB", 3, True]},
        },
        action_context={"price": "numeric", "tier": "categorical"},
        model="shared",
        policy={"name": "lints", "alpha": 1},
        arms={"a": {"attributes": {"price": 3, "tier": "gold"}}, "b": None},
        attribution="8d",
    )
    assert found.context is not None
    assert found.context.schema == Schema(
        (
            Attribute("age", "numeric", None, 0.0, 120.0),
            Attribute("country", "categorical", ("GB", "3", "true")),
        ),
        (Attribute("price", "numeric"), Attribute("tier", "categorical")),
        0,
    )
    assert (found.context.policy, found.context.shared) == (LinearThompson(alpha=1), True)
    assert [arm.attributes for arm in found.arms] == [{"price": 3, "tier": "gold"}, {}]
    assert found.cohort_width == 86_400


@pytest.mark.parametrize(
    ("keys", "hashed"),
    [
        ({"policy": "igw"}, 32),
        ({"policy": "igw", "model": "shared"}, 16),
        ({"policy": "igw", "hashed": 5}, 5),
        ({"hashed": 5}, 5),
        ({"context": {"a": "numeric"}}, 0),
        ({"action_context": {"a": "numeric"}}, 0),
        ({"context": {"a": "numeric"}, "hashed": 7}, 7),
    ],
)
def test_what_makes_it_contextual(settle: Settle, keys: dict[str, Any], hashed: int) -> None:
    """A contextual policy, or anything to learn from; attributes are hashed where none is known."""
    found = one(settle, **keys)
    assert found.context is not None
    assert found.context.schema.hashed == hashed
    assert (found.arms, found.default) == ((), "")
    assert isinstance(found.context.policy, InverseGapWeighting)


def test_attributes_of_an_arm_that_are_hashed(settle: Settle) -> None:
    """What is not declared may be any value where such attributes are hashed."""
    arms = {"a": {"attributes": {"anything": "goes"}}}
    found = one(settle, arms=arms, hashed=4, action_context={"price": "numeric"})
    assert found.arms[0].attributes == {"anything": "goes"}


@pytest.mark.parametrize("policy", ["thompson", "epsilon-greedy", None])
def test_others_are_not(settle: Settle, policy: str | None) -> None:
    """A policy that both kinds have is plain without a context."""
    keys = {"arms": ["a"]} if policy is None else {"arms": ["a"], "policy": policy}
    assert one(settle, **keys).context is None


TWO = {"price": "numeric", "tier": {"type": "categorical", "levels": ["gold", "silver"]}}


@pytest.mark.parametrize(
    ("keys", "mistakes"),
    [
        (
            {"arms": {"a": {"attributes": {"x": 1}, "available": []}, "b": 1}, "model": "shared"},
            [
                f"arms.a.attributes: {PLAIN}",
                f"arms.a.available: {PLAIN}",
                (
                    "arms.a.available: is empty: add a condition, or remove the key to let "
                    "everybody in"
                ),
                f"model: {PLAIN}",
            ],
        ),
        ({"arms": ["a"], "model": "per-arm"}, [f"model: {PLAIN}"]),
        (
            {"context": {}, "action_context": {}, "hashed": 0},
            [
                "context: is empty: declare an attribute, or remove the key",
                "action_context: is empty: declare an attribute, or remove the key",
                "hashed: is 0, and no attribute is declared: there is nothing to learn from",
            ],
        ),
        (
            {"policy": "igw", "holdout": "5%"},
            ["holdout: needs a `default`: the app alone knows what there is to serve"],
        ),
        (
            {
                "action_context": TWO,
                "arms": {
                    "a": {"attributes": {"price": "high", "tier": "sliver", "prize": 1}},
                    "b": {"attributes": {"price": True, "tier": 3}},
                    "c": {"attributes": {"price": "1.5", "tier": "gold"}},
                },
            },
            [
                "arms.a.attributes.price: must be a number, not 'high'",
                (
                    "arms.a.attributes.tier: is 'sliver', which is none of its levels; "
                    "did you mean 'silver'?"
                ),
                (
                    "arms.a.attributes.prize: is not declared in `action_context`; "
                    "did you mean 'price'?"
                ),
                "arms.b.attributes.price: must be a number, not True",
                "arms.b.attributes.tier: is 3, which is none of its levels",
            ],
        ),
        (
            {"context": {"a": "numeric"}, "arms": {"a": {"attributes": {"x": 1}}}},
            ["arms.a.attributes.x: is not declared in `action_context`"],
        ),
        (
            {"context": {"a": "number"}, "policy": "thompson"},
            [
                (
                    "context.a: must be one of numeric, categorical, not 'number'; did you mean "
                    "'numeric'?"
                )
            ],
        ),
        (
            {"context": {"a": "numeric"}, "policy": "thompson"},
            [
                (
                    "policy: policy 'thompson' learns from no context: take one of igw, linucb, "
                    "lints, epsilon-greedy, or remove context, action_context, hashed"
                )
            ],
        ),
        (
            {"context": {"a": "numeric"}, "policy": "lint"},
            ["policy: there is no policy 'lint'; did you mean 'lints'?"],
        ),
        ({"policy": "igw", "hashed": 65}, ["hashed: must be from 0 to 64"]),
    ],
)
def test_mistakes(complain: Complain, keys: dict[str, Any], mistakes: list[str]) -> None:
    """What does not fit together is told where it stands, all at once."""
    found = complain(experiments={"e": keys})
    assert sorted(found) == sorted(f"experiments.e.{each}" for each in mistakes)


LEVELS = [f"l{number}" for number in range(64)]


@pytest.mark.parametrize(
    ("keys", "place", "number"),
    [
        ({"context": {f"a{n}": "categorical" for n in range(57)}}, "context", 1026),
        (
            {
                "model": "shared",
                "context": {"a": {"type": "categorical", "levels": LEVELS}},
                "action_context": {"b": "categorical"},
            },
            "context",
            66 + 18 + 66 * 18,
        ),
        ({"model": "shared", "hashed": 32}, "hashed", 32 + 32 + 32 * 32),
    ],
)
def test_too_many_features(
    complain: Complain, keys: dict[str, Any], place: str, number: int
) -> None:
    """What would make a refresh take seconds is refused, with what to do."""
    (found,) = complain(experiments={"e": keys})
    assert found.startswith(f"experiments.e.{place}: comes to {number} features")
    assert ("model: per-arm" in found) is ("model" in keys)


@pytest.mark.parametrize(
    ("attribute", "mistake"),
    [
        ({"type": "numeric", "levels": ["a"]}, "levels: is for categorical attributes; this one"),
        ({"type": "categorical", "range": [0, 1]}, "range: is for numeric attributes; this one is"),
        ({"type": "numeric", "range": [1, 1]}, "range: must be the lowest and the highest value"),
        ({"type": "numeric", "range": [1]}, "range: must be the lowest and the highest value"),
        ({"type": "categorical", "levels": []}, "levels: has 0 levels: list 1 to 64"),
        ({"type": "categorical", "levels": "GB"}, "levels: must be a list of the values it can"),
        ({"type": "categorical", "levels": ["a", "a"]}, "levels.1: the level 'a' is there twice"),
        ({"type": "categorical", "levels": [3, "3"]}, "levels.1: the level '3' is there twice"),
        ({"type": "categorical", "levels": [["a"]]}, "levels.0: must be text, a number or a"),
        ({"levels": ["a"]}, "type: is missing"),
        ({"type": 5}, "type: must be one of numeric, categorical, not 5"),
    ],
)
def test_attributes(complain: Complain, attribute: object, mistake: str) -> None:
    """An attribute is of one kind, with what belongs to it."""
    (found,) = complain(experiments={"e": {"context": {"a": attribute}}})
    assert found.startswith(f"experiments.e.context.a.{mistake}")


@pytest.mark.parametrize("value", [None, [1], {"a": 1}])
def test_attributes_of_an_arm(complain: Complain, value: object) -> None:
    """The attributes of an arm are single values."""
    arms = {"x": {"attributes": {"p": value}}}
    (found,) = complain(experiments={"e": {"policy": "igw", "arms": arms}})
    assert found.startswith("experiments.e.arms.x.attributes.p: ")
