from __future__ import annotations

from typing import Any

import pytest

from banditware.config import Settings, load
from banditware.planning import texts


def settings(experiment: dict[str, Any], **top: Any) -> Settings:
    """Return settings with one experiment."""
    return load({"secret_keys": ["k"], "experiments": {"e": experiment}, **top})


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, "false"),
        (86_400.0, "1d"),
        (5400.0, "90m"),
        (7200.0, "2h"),
        (0.5, "0.5s"),
        (61, "61s"),
    ],
)
def test_durations(seconds: float | None, text: str) -> None:
    """Durations are in the largest unit of which they are a whole number."""
    assert texts.duration(seconds) == text


@pytest.mark.parametrize(
    ("policy", "text"),
    [
        ("thompson", "thompson"),
        ({"name": "epsilon-greedy", "epsilon": 0.1}, "epsilon-greedy"),
        ({"name": "epsilon-greedy", "epsilon": 0.2}, "epsilon-greedy (epsilon 0.2)"),
        ({"name": "fixed", "weights": {"a": 1, "b": 3}}, None),
    ],
)
def test_policies(policy: object, text: str | None) -> None:
    """Parameters are told where they are not those one gets anyway."""
    (experiment,) = settings({"arms": ["a", "b"], "policy": policy}).experiments
    found = texts.policy(experiment)
    assert found == text if text is not None else found.startswith("fixed (weights ")


def test_arms() -> None:
    """An arm is what it shows and does."""
    arms = {
        "bare": None,
        "far": {"redirect": "/b"},
        "near": {"value": 3, "rewrite": "/a"},
    }
    (experiment,) = settings({"arms": arms, "default": "bare"}).experiments
    found = [texts.arm(arm) for arm in experiment.arms]
    assert found == ["bare", "redirect /b", "3, rewrite /a"]


def test_contextual_arms() -> None:
    """Attributes of an arm, and that not everybody may have it, are told."""
    rule = {"attribute": "age", "operator": "LT", "value": 12}
    (experiment,) = settings(
        {
            "context": {"age": "numeric"},
            "action_context": {"price": "numeric"},
            "arms": {"kids": {"attributes": {"price": 3}, "available": [rule]}, "nike": None},
            "model": "shared",
        }
    ).experiments
    assert texts.arm(experiment.arms[0]) == "attributes {'price': 3}, available to some"
    assert texts.context(experiment) == "age numeric, price numeric, one model"
    (bare,) = settings({"policy": "igw"}).experiments
    assert texts.context(bare) == "32 hashed, a model for each arm"
    (plain,) = settings({"arms": ["a"]}).experiments
    assert texts.context(plain) == "none"


@pytest.mark.parametrize(
    ("targeting", "text"),
    [
        ({}, "everybody"),
        ({"start": "2026-12-01"}, "from 2026-12-01T00:00Z"),
        ({"start": "2026-12-01", "end": "2026-12-02T09:00Z"}, None),
        ({"traffic": "25%"}, "0.25 of all subjects"),
        (
            {"only_if": [{"attribute": "country", "operator": "ONE_OF", "value": ["GB", "US"]}]},
            "country ONE_OF ('GB', 'US')",
        ),
    ],
)
def test_who_takes_part(targeting: dict[str, Any], text: str | None) -> None:
    """Bounds in time, conditions and shares are told."""
    (experiment,) = settings({"arms": ["a"], **targeting}).experiments
    expected = text or "from 2026-12-01T00:00Z, until 2026-12-02T09:00Z"
    assert texts.targeting(experiment.targeting) == expected


@pytest.mark.parametrize(
    ("route", "text"),
    [
        ({"match": "GET /", "choose": "e"}, "GET /: choose e"),
        (
            {"match": "POST /buy", "status": [201, "300-399"], "reward": "e"},
            "POST /buy: reward e (goal reward, amount 1) on 201, 300-399",
        ),
        (
            {
                "match": "/buy",
                "reward": {
                    "experiment": "e",
                    "goal": "money",
                    "amount": {"header": "X-Sum"},
                    "once": False,
                    "cross_site": True,
                },
            },
            "/buy: reward e (goal money, amount header X-Sum, every time, cross-site)",
        ),
    ],
)
def test_routes(route: dict[str, Any], text: str) -> None:
    """A route is what it matches and does."""
    (found,) = settings({"arms": ["a"]}, routes=[route]).routes
    assert texts.route(found) == text
