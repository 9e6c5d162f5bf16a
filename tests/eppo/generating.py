"""Random flags, bandit models and questions, odd ones included, for both evaluators."""

from __future__ import annotations

import json
from collections.abc import Callable
from random import Random
from typing import Any, NamedTuple

NOW = "2024-01-01T00:00:00Z"
TEXTS = ["", "a", "b", "GB", "US", "true", "false", "303", "42", "1.5.0", "1.5.0-rc.1", "2.0.0+b.1"]
TEXTS += [
    "0.0000001",
    "1000000000000000000000",
    "NaN",
    "inf",
    "-0",
    " 7",
    "1e3",
    "x\ny",
    "é",
    "\u017f",
]
NUMBERS: list[Any] = [0, 1, -1, 42, 42.0, 303, 18.5, -0.0, 1e21, 1e-7, 2**53 + 1, 1e300, 5e-324]
ODD: list[Any] = [float("nan"), float("inf"), float("-inf")]
NAMES = ["country", "age", "plan", "id", "version"]
REGEXES = [
    "a",
    "^a$",
    "(?i)gb",
    r"^\d+$",
    r"^[A-Z]{2}$",
    "(a+)+$",
    "",
    "U|G",
    r"\.5",
    "(",
    "(?=a)b",
]
REGEXES += [r"(a)\1", "^.$", r"\w\b", "a{2,1}", "[[:alpha:]]", "^(?s:.)*$", "(?<n>4)2", "x$", "*"]
COMPARANDS = [
    18,
    "18",
    18.5,
    "1.5.0",
    "1.5.0-rc.1",
    "abc",
    True,
    None,
    ["1"],
    "inf",
    "nan",
    "",
    -0.0,
]
OPERATORS = ["MATCHES", "NOT_MATCHES", "GTE", "GT", "LTE", "LT", "ONE_OF", "NOT_ONE_OF", "IS_NULL"]
VALUES: dict[str, list[Any]] = {
    "STRING": ["", "red", "blue", "bandit", "red", "blue", "bandit", 5, True],
    "INTEGER": [0, 1, -7, 3.0, 3.5, 2**53 + 1, 2**63, 1e19, "5", True],
    "NUMERIC": [0, 1, 2.5, -0.0, 1e300, "2.5", False],
    "BOOLEAN": [True, False, 1, "true"],
    "JSON": ['{"a": 1}', "[1, 2.5, null]", "null", "5", "{", "", '"x"', '{"a": NaN}', "1e400", 5],
}
GETTERS = {
    "STRING": ("string", "default"),
    "INTEGER": ("integer", 7),
    "NUMERIC": ("numeric", 7.5),
    "BOOLEAN": ("boolean", True),
    "JSON": ("json", {"d": 1}),
}


class Case(NamedTuple):
    """Two files, and the keys that questions may be about, with the types of their flags."""

    flags: bytes
    bandits: bytes
    types: dict[str, str]

    def key(self, random: Random, kind: str) -> str:
        """Return a key, mostly one of a flag of that type."""
        fitting = [key for key, each in self.types.items() if each == kind]
        if fitting and random.random() < 0.85:
            return random.choice(fitting)
        return random.choice([*self.types, *self.types, "unknown"])


def attribute(random: Random) -> Any:
    """Return the value of an attribute of any kind that may be one."""
    kind = random.randrange(10)
    if kind < 4:
        return random.choice(TEXTS)
    if kind < 8:
        return random.choice(
            [random.choice(NUMBERS), random.uniform(-50, 50), random.randrange(60)]
        )
    return random.choice([True, False, None, *ODD])


def attributes(random: Random) -> dict[str, Any]:
    """Return the attributes of a subject or an action."""
    return {name: attribute(random) for name in NAMES if random.random() < 0.6}


def condition(random: Random) -> Any:
    """Return a condition, now and then one that cannot be understood."""
    operator = random.choice(OPERATORS)
    if operator.endswith("MATCHES"):
        value: Any = random.choice([*REGEXES, 5])
    elif operator.endswith("ONE_OF"):
        value = random.sample(TEXTS, random.randrange(4))
        value = random.choice([value, value, value, [*value, 303], "GB"])
    elif operator == "IS_NULL":
        value = random.choice([True, False, "true"])
    else:
        value = random.choice(COMPARANDS)
    odd = random.random()
    if odd < 0.02:
        return random.choice([5, {}, {"attribute": "age"}, None])
    operator = "EQUALS" if odd < 0.04 else operator
    return {"attribute": random.choice([*NAMES, "gone"]), "operator": operator, "value": value}


def split(random: Random, variations: list[str]) -> dict[str, Any]:
    """Return a split with shards; now and then of a variation that is not there."""
    shards = []
    for _ in range(random.choice([0, 0, 1, 1, 2])):
        start = random.choice([0, 0, random.randrange(8_000)])
        end = random.choice([10_000, 10_000, start + random.randrange(6_000)])
        salt = random.choice(["s", "t-é", ""])
        ranges = [{"start": start, "end": end}] * random.choice([1, 1, 1, 0])
        if random.random() < 0.2:
            ranges = [*ranges, {"start": 9_000, "end": 9_500}]
        shards.append({"salt": salt, "ranges": ranges})
    made: dict[str, Any] = {
        "variationKey": random.choice([*variations * 4, "future"]),
        "shards": shards,
    }
    if random.random() < 0.3:
        made["extraLogging"] = {"holdoutKey": "h", "subject": "kept"}
    return made


def allocation(random: Random, index: int, variations: list[str]) -> dict[str, Any]:
    """Return an allocation with rules, dates and splits."""
    made: dict[str, Any] = {"key": f'allocation "{index}"\n\'é', "splits": []}
    made["splits"] = [split(random, variations) for _ in range(random.choice([0, 1, 1, 2, 3]))]
    if random.random() < 0.6:
        made["rules"] = [
            {"conditions": [condition(random) for _ in range(random.randrange(3))]}
            for _ in range(random.randrange(3))
        ]
    if random.random() < 0.15:
        made["startAt"] = random.choice(
            ["2020-01-01T00:00:00Z", "2099-01-01T00:00:00.5+02:00", None]
        )
    if random.random() < 0.15:
        made["endAt"] = random.choice(["2020-01-01T00:00:00.123456789Z", "2099-01-01 00:00:00Z"])
    if random.random() < 0.3:
        made["doLog"] = random.choice([True, False])
    return made


#: What may be wrong with a flag, so that it alone cannot be used.
BREAKS: list[Callable[[dict[str, Any]], Any]] = [
    lambda flag: flag.pop("key"),
    lambda flag: flag.pop("totalShards"),
    lambda flag: flag.update(variationType="NEW"),
    lambda flag: flag.update(totalShards=10_000.5),
    lambda flag: flag.update(enabled="yes"),
    lambda flag: flag["allocations"].append({"key": "x"}),
    lambda flag: flag["allocations"].append({"key": "x", "splits": [], "startAt": "soon"}),
    lambda flag: flag["allocations"].append({"key": "x", "splits": [], "doLog": None}),
    lambda flag: flag["allocations"].append({"key": "x", "splits": [], "rules": [{}]}),
    lambda flag: flag["allocations"].append({"key": "x", "splits": [{"variationKey": "v"}]}),
    lambda flag: flag["variations"].update(z={"key": "z", "value": None}),
    lambda flag: flag["variations"].update(z={"value": 1}),
]


def flag(random: Random, key: str) -> dict[str, Any]:
    """Return a flag of any type; some are off, and some cannot be read."""
    kind = random.choice([*VALUES, "STRING", "STRING"])
    keys = random.sample(["v1", "v2", "v\n3", "v4"], random.randrange(1, 4))
    variations = {name: {"key": name, "value": random.choice(VALUES[kind])} for name in keys}
    made = {
        "key": random.choice([key, key, f"{key}-other"]),
        "enabled": random.random() < 0.95,
        "variationType": kind,
        "variations": variations,
        "allocations": [allocation(random, i, keys) for i in range(random.choice([0, 1, 2, 3, 4]))],
        "totalShards": random.choice([10_000, 10_000, 10_000, 100, 1]),
    }
    if random.random() < 0.08:
        random.choice(BREAKS)(made)
    return made


def slope(random: Random) -> dict[str, Any]:
    """Return the coefficients of a numeric attribute."""
    return {
        "attributeKey": random.choice([*NAMES, "gone"]),
        "coefficient": random.choice([0, 1, random.uniform(-2, 2), 1e300]),
        "missingValueCoefficient": random.choice([0, random.uniform(-2, 2)]),
    }


def levels(random: Random) -> dict[str, Any]:
    """Return the coefficients of a categorical attribute."""
    known = random.sample(TEXTS, random.randrange(len(TEXTS)))
    return {
        "attributeKey": random.choice([*NAMES, "gone"]),
        "valueCoefficients": {text: random.uniform(-2, 2) for text in known},
        "missingValueCoefficient": random.choice([0, random.uniform(-2, 2)]),
    }


def bandit(random: Random, key: str, actions: list[str]) -> dict[str, Any]:
    """Return a bandit's model; some actions have no coefficients, and some tie."""
    coefficients = {
        action: {
            "actionKey": action,
            "intercept": random.choice([0, 1, random.uniform(-3, 3)]),
            "subjectNumericCoefficients": [slope(random) for _ in range(random.randrange(3))],
            "subjectCategoricalCoefficients": [levels(random) for _ in range(random.randrange(2))],
            "actionNumericCoefficients": [slope(random) for _ in range(random.randrange(3))],
            "actionCategoricalCoefficients": [levels(random) for _ in range(random.randrange(2))],
        }
        for action in actions
        if random.random() < 0.7
    }
    return {
        "banditKey": key,
        "modelName": "falcon",
        "modelVersion": random.choice(["v1", "cold start"]),
        "updatedAt": NOW,
        "modelData": {
            "gamma": random.choice([0, 1, 1.5, 100, -1]),
            "defaultActionScore": random.choice([0, 1, random.uniform(-3, 3)]),
            "actionProbabilityFloor": random.choice([0, 0.1, 1, 3.0]),
            "coefficients": coefficients,
        },
    }


ACTIONS = ["nike", "adidas", "reebok", "puma", "a-é", ""]


def case(random: Random) -> Case:
    """Return two random files that belong together."""
    keys = [f"flag-{index}" for index in range(random.randrange(1, 6))]
    flags = {key: flag(random, key) for key in keys}
    bandits = {f"bandit-{key}": bandit(random, f"bandit-{key}", ACTIONS) for key in keys}
    references = {
        f"bandit-{key}": [
            {"key": f"bandit-{key}", "flagKey": key, "variationKey": value, "variationValue": value}
            for value in random.sample(["red", "blue", "bandit", "default"], random.randrange(1, 4))
        ]
        for key in keys
    }
    if random.random() < 0.1:
        bandits.pop(f"bandit-{keys[0]}")
    types = {key: each.get("variationType", "") for key, each in flags.items()}
    file = {
        "createdAt": "2024-04-17T19:40:53.716Z",
        "format": "SERVER",
        "environment": {"name": "Test"},
        "flags": flags,
        "bandits": references,
    }
    models = {"updatedAt": NOW, "bandits": bandits}
    return Case(json.dumps(file).encode(), json.dumps(models).encode(), types)
