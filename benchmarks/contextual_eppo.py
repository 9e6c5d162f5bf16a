"""Shapes of decisions in context, and what Eppo's SDK (a Rust core) makes of them."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import eppo_client

TIERS = ("gold", "silver", "bronze")
Attributes = dict[str, str | int | float | bool | None]


class Shape(NamedTuple):
    """What is decided: the attributes of each action, and those of the subject by kind."""

    actions: dict[str, Attributes]
    numeric: tuple[str, ...]
    levels: Mapping[str, tuple[str, ...]]

    def somebody(self, generator: random.Random) -> Attributes:
        """Return a subject; every second number of the first kind is one that comes again."""
        age = generator.gauss(40, 10)
        first, *others = self.numeric
        return {
            first: generator.choice([age, round(age)]),
            **{name: generator.randrange(20) for name in others},
            **{name: generator.choice(levels) for name, levels in self.levels.items()},
        }


#: Three actions and six attributes.
SHOES = Shape(
    {
        "nike": {"price": 90.5, "tier": "gold"},
        "adidas": {"price": 80.0, "tier": "silver"},
        "puma": {"price": 60.0, "tier": "bronze"},
    },
    ("age", "visits"),
    {"country": ("GB", "US", "DE"), "device": ("phone", "desktop")},
)


def many(actions: int) -> Shape:
    """Return the shape of so many shoes."""
    shoes: dict[str, Attributes] = {
        f"a{n}": {"price": 50.5 + n, "tier": TIERS[n % 3]} for n in range(actions)
    }
    return SHOES._replace(actions=shoes)


def wide(features: int) -> Shape:
    """Return three actions without attributes, and so many features of the subject."""
    levels = {f"c{n}": ("x", "y", "z") for n in range(max(1, features // 6))}
    numeric = tuple(f"n{n}" for n in range(features - 3 * len(levels)))
    return Shape({"a": {}, "b": {}, "c": {}}, numeric, levels)


def categorical(key: str, levels: tuple[str, ...], generator: random.Random) -> dict[str, Any]:
    values = {level: generator.uniform(-1, 1) for level in levels}
    return {"attributeKey": key, "valueCoefficients": values, "missingValueCoefficient": 0.1}


def numeric(key: str, generator: random.Random) -> dict[str, Any]:
    value = generator.uniform(-0.1, 0.1)
    return {"attributeKey": key, "coefficient": value, "missingValueCoefficient": 0.1}


def eppo(shape: Shape, subjects: Iterator[Attributes]) -> Callable[[], object]:
    """Return a decision of Eppo's SDK for the same subjects and actions."""
    actions = shape.actions
    generator = random.Random(1)
    coefficients = {
        name: {
            "actionKey": name,
            "intercept": 1.0,
            "actionNumericCoefficients": [numeric("price", generator)],
            "actionCategoricalCoefficients": [categorical("tier", TIERS, generator)],
            "subjectNumericCoefficients": [numeric(key, generator) for key in shape.numeric],
            "subjectCategoricalCoefficients": [
                categorical(key, levels, generator) for key, levels in shape.levels.items()
            ],
        }
        for name in actions
    }
    model = {"gamma": 1.0, "defaultActionScore": 0.0, "actionProbabilityFloor": 0.02}
    bandit = {
        "banditKey": "shoe",
        "modelName": "falcon",
        "updatedAt": "2026-01-01T00:00:00Z",
        "modelVersion": "1",
        "modelData": {**model, "coefficients": coefficients},
    }
    variation = {"key": "shoe", "value": "shoe"}
    split = {"variationKey": "shoe", "shards": []}
    flag = {
        "key": "shoe_flag",
        "enabled": True,
        "variationType": "STRING",
        "variations": {"shoe": variation},
        "allocations": [{"key": "all", "rules": [], "splits": [split], "doLog": False}],
        "totalShards": 10_000,
    }
    reference = {
        "key": "shoe",
        "flagKey": "shoe_flag",
        "variationKey": "shoe",
        "variationValue": "shoe",
    }
    flags = {
        "createdAt": "2026-01-01T00:00:00Z",
        "format": "SERVER",
        "environment": {"name": "Test"},
        "flags": {"shoe_flag": flag},
        "bandits": {"shoe": [reference]},
    }
    bandits = {
        "updatedAt": "2026-01-01T00:00:00Z",
        "environment": {"name": "Test"},
        "bandits": {"shoe": bandit},
    }
    config = eppo_client.ClientConfig(
        api_key="none",
        assignment_logger=eppo_client.AssignmentLogger(),
        poll_interval_seconds=None,
        initial_configuration=eppo_client.Configuration(
            flags_configuration=json.dumps(flags).encode(),
            bandits_configuration=json.dumps(bandits).encode(),
        ),
    )
    client = eppo_client.init(config)
    result = client.get_bandit_action("shoe_flag", "u1", next(subjects), actions, "none")
    assert result.action in actions
    return lambda: client.get_bandit_action("shoe_flag", "u1", next(subjects), actions, "none")
