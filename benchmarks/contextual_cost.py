"""What a decision in context costs, beside Eppo's SDK (a Rust core), in one run.

`PYTHONPATH=. python benchmarks/contextual_cost.py`. Figures are minima of many loops, which a busy
machine disturbs least; the loops of all rows take turns.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Iterator, Mapping
from itertools import cycle
from typing import Any

import eppo_client

from banditware import Bandit
from banditware.contextual.policies import POLICIES

ROUNDS, CALLS = 40, 2_000

NUMERIC = ("age", "visits")
COUNTRIES, DEVICES, TIERS = ("GB", "US", "DE"), ("phone", "desktop"), ("gold", "silver", "bronze")
Attributes = dict[str, str | int | float | bool | None]

ACTIONS: dict[str, Attributes] = {
    "nike": {"price": 90.5, "tier": "gold"},
    "adidas": {"price": 80.0, "tier": "silver"},
    "puma": {"price": 60.0, "tier": "bronze"},
}


def categorical(key: str, levels: tuple[str, ...], generator: random.Random) -> dict[str, Any]:
    values = {level: generator.uniform(-1, 1) for level in levels}
    return {"attributeKey": key, "valueCoefficients": values, "missingValueCoefficient": 0.1}


def numeric(key: str, generator: random.Random) -> dict[str, Any]:
    value = generator.uniform(-0.1, 0.1)
    return {"attributeKey": key, "coefficient": value, "missingValueCoefficient": 0.1}


def eppo(subjects: Iterator[Attributes]) -> Callable[[], object]:
    """Return a decision of Eppo's SDK for the same subjects and actions."""
    generator = random.Random(1)
    coefficients = {
        name: {
            "actionKey": name,
            "intercept": 1.0,
            "actionNumericCoefficients": [numeric("price", generator)],
            "actionCategoricalCoefficients": [categorical("tier", TIERS, generator)],
            "subjectNumericCoefficients": [numeric(key, generator) for key in NUMERIC],
            "subjectCategoricalCoefficients": [
                categorical("country", COUNTRIES, generator),
                categorical("device", DEVICES, generator),
            ],
        }
        for name in ACTIONS
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
    result = client.get_bandit_action("shoe_flag", "u1", next(subjects), ACTIONS, "none")
    assert result.action in ACTIONS
    return lambda: client.get_bandit_action("shoe_flag", "u1", next(subjects), ACTIONS, "none")


def experiment(policy: str) -> dict[str, Any]:
    return {
        "policy": policy,
        "context": {
            "age": "numeric",
            "visits": "numeric",
            "country": {"type": "categorical", "levels": list(COUNTRIES)},
            "device": {"type": "categorical", "levels": list(DEVICES)},
        },
        "action_context": {
            "price": "numeric",
            "tier": {"type": "categorical", "levels": list(TIERS)},
        },
        "arms": list(ACTIONS),
    }


def learnt(
    experiments: Mapping[str, Any], context: Callable[[random.Random], Mapping[str, Any]]
) -> Bandit:
    """Return a bandit that has learnt from a few hundred rewards."""
    bandit = Bandit.from_config(
        {
            "secret_keys": ["a key of the benchmark that is long enough"],
            "store": "memory://",
            "refresh": "1h",
            "experiments": experiments,
        }
    )
    generator = random.Random(2)
    for name in experiments:
        for _ in range(300):
            given = context(generator)
            decision = bandit.decide(name, context=given, actions=None)
            bandit.reward(decision, generator.random())
    bandit.flush()
    return bandit


def somebody(generator: random.Random) -> Attributes:
    """Return a subject; every second age is one that comes again."""
    age = generator.gauss(40, 10)
    return {
        "age": generator.choice([age, round(age)]),
        "visits": generator.randrange(20),
        "country": generator.choice(COUNTRIES),
        "device": generator.choice(DEVICES),
    }


def minima(rows: Mapping[str, Callable[[], object]]) -> dict[str, float]:
    """Return the least microseconds of a call, by row."""
    found = dict.fromkeys(rows, float("inf"))
    for _ in range(ROUNDS):
        for name, call in rows.items():
            begin = time.perf_counter()
            for _ in range(CALLS):
                call()
            found[name] = min(found[name], (time.perf_counter() - begin) / CALLS * 1e6)
    return found


def main() -> None:
    bandit = learnt({policy: experiment(policy) for policy in POLICIES}, somebody)
    generator = random.Random(3)
    subjects = cycle([somebody(generator) for _ in range(10_000)])
    rows: dict[str, Callable[[], object]] = {"Eppo SDK (Rust)": eppo(subjects)}
    for policy in POLICIES:
        rows[f"banditware {policy}"] = lambda policy=policy: bandit.decide(  # type: ignore[misc]
            policy, subject="u1", context=next(subjects), actions=ACTIONS
        )
    for name, least in minima(rows).items():
        print(f"{name:30} {least:8.2f} us")


if __name__ == "__main__":
    main()
