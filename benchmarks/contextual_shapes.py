"""Shapes of decisions in context, and bandits that decide and learn in them."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from itertools import cycle
from typing import Any, NamedTuple

from banditware import Bandit

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


def experiment(shape: Shape, policy: str = "igw", model: str = "per-arm") -> dict[str, Any]:
    """Return the configuration of an experiment of that shape."""
    levels = {
        name: {"type": "categorical", "levels": list(each)} for name, each in shape.levels.items()
    }
    tier = {"type": "categorical", "levels": list(TIERS)}
    own = {"action_context": {"price": "numeric", "tier": tier}}
    return {
        "policy": policy,
        "model": model,
        "context": {**dict.fromkeys(shape.numeric, "numeric"), **levels},
        **(own if any(shape.actions.values()) else {}),
        "arms": list(shape.actions),
    }


def configured(experiments: Mapping[str, Any]) -> dict[str, Any]:
    """Return a configuration that leaves out of a loop what is not the experiments'."""
    return {
        "secret_keys": ["a key of the benchmark that is long enough"],
        "store": "memory://",
        "refresh": "1h",
        "experiments": experiments,
    }


def learnt(shape: Shape, experiments: Mapping[str, Any]) -> Bandit:
    """Return a bandit that has learnt from a few hundred rewards."""
    return taught(Bandit.from_config(configured(experiments)), shape)


def taught(bandit: Bandit, shape: Shape, rewards: int = 300) -> Bandit:
    """Return the bandit when each of its experiments has learnt from so many rewards."""
    generator = random.Random(2)
    for name in [each.name for each in bandit.settings.experiments]:
        for _ in range(rewards):
            given = shape.somebody(generator)
            decision = bandit.decide(name, context=given, actions=shape.actions)
            bandit.reward(decision, generator.random())
    bandit.flush()
    return bandit


def subjects_of(shape: Shape, number: int = 10_000) -> Iterator[Attributes]:
    """Return subjects without end: so many, again and again."""
    generator = random.Random(3)
    return cycle([shape.somebody(generator) for _ in range(number)])


def deciding(
    bandit: Bandit, name: str, shape: Shape, subjects: Iterator[Attributes] | None = None
) -> Callable[[], object]:
    """Return a decision of an experiment."""
    subjects, actions = subjects or subjects_of(shape), shape.actions
    return lambda: bandit.decide(name, subject="u1", context=next(subjects), actions=actions)
