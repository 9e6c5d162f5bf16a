"""What Eppo's SDK (a Rust core) makes of decisions in context."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from typing import Any

import eppo_client

from benchmarks.contextual_shapes import TIERS, Attributes, Shape


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
