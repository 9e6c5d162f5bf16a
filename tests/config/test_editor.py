from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from banditware.config import reader, schema

ROOT = Path(__file__).parents[2]
DESIGN = Path(__file__).parent / "data" / "design.yaml"


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    """Return a validator of the schema."""
    return Draft202012Validator(schema())


def plain(text: str) -> Any:
    return reader.from_text(text, "f").data


def test_is_a_schema() -> None:
    """The schema is one of the draft that it names."""
    Draft202012Validator.check_schema(schema())
    assert schema()["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_committed() -> None:
    """The file is current: `banditware schema > docs/banditware.schema.json` makes it so."""
    committed = json.loads((ROOT / "docs" / "banditware.schema.json").read_text(encoding="utf-8"))
    assert committed == json.loads(json.dumps(schema()))


def test_design(validator: Draft202012Validator) -> None:
    """The example of the design is valid."""
    validator.validate(plain(DESIGN.read_text(encoding="utf-8")))


RIGHT = [
    "policy: {name: fixed, weights: {a: 1, b: 2}}",
    "policy: {name: softmax, compat: true, temperature: 0.1}",
    "arms: {a: , b: {value: {x: 1}}, c: {rewrite: /c}, d: [1], e: 0.5}",
    "arms: [a]",
    "sticky: false",
    "holdout: 0.05",
    "attribution: ${ATTRIBUTION}",
    "count: POST",
    "version: 3",
    "reward_range: [0, 10]",
    "traffic: 100%",
    "traffic: 0.2",
    "group: checkout",
    "start: 2026-12-01",
    "end: 2026-12-01T09:00+01:00",
    "end: ${END}",
    "only_if: {attribute: a, operator: ONE_OF, value: GB}",
    "only_if: [{attribute: Company Size, operator: GTE, value: 1.5.0}]",
    "only_if: [[{attribute: a, operator: IS_NULL, value: true}]]",
]
WRONG = [
    "polcy: thompson",
    "policy: tompson",
    "policy: {name: thompson, epsilon: 1}",
    "policy: {name: epsilon-greedy, epsilon: high}",
    "policy: {epsilon: 1}",
    "arms: {}",
    "arms: {a: {colour: red}}",
    "arms: {a b: 1}",
    "arms: [a, a]",
    "arms: [10]",
    "sticky: true",
    "sticky: 90",
    "holdout: 5",
    "goal: a b",
    "reward_range: [0]",
    "default: 5",
    "traffic: 20",
    "traffic: all",
    "start: soon",
    "end: 2026-12-01T09:00",
    "only_if: []",
    "only_if: [[]]",
    "only_if: {attribute: a, operator: ONE_OF}",
    "only_if: {attribute: a, operator: ONE_OF, value: []}",
    "only_if: {attribute: a, operator: ONEOF, value: [a]}",
    "only_if: {attribute: a, operator: IS_NULL, value: 1}",
    "only_if: {attribut: a, operator: IS_NULL, value: true}",
]


@pytest.mark.parametrize("keys", RIGHT)
def test_right(validator: Draft202012Validator, keys: str) -> None:
    """What the loader takes, the schema takes."""
    arms = "" if keys.startswith("arms") else "arms: [a, b]\n    "
    validator.validate(plain(f"secret_keys: k\nexperiments:\n  e:\n    {arms}{keys}\n"))


@pytest.mark.parametrize("keys", WRONG)
def test_wrong(validator: Draft202012Validator, keys: str) -> None:
    """A slip in an experiment is underlined."""
    arms = "" if keys.startswith("arms") else "arms: [a, b]\n    "
    data = plain(f"secret_keys: k\nexperiments:\n  e:\n    {arms}{keys}\n")
    assert not validator.is_valid(data)


@pytest.mark.parametrize(
    ("text", "valid"),
    [
        ("choose: e", True),
        ("choose: [e]", True),
        ("reward: e", True),
        ("reward: [e, {experiment: e, amount: {header: X}}]", True),
        ("{choose: e, status: [200, 3xx]}", True),
        ("chose: e", False),
        ("reward: {experiment: e, amount: {hedaer: X}}", False),
        ("reward: {goal: e}", False),
        ("{choose: e, status: 2XX}", False),
        ("choose: null", False),
    ],
)
def test_routes(validator: Draft202012Validator, text: str, valid: bool) -> None:
    """Routes are checked with all their forms."""
    route = {"match": "GET /", **plain(text)}
    data = {"secret_keys": "k", "experiments": {"e": {"arms": ["a"]}}, "routes": [route]}
    assert validator.is_valid(data) is valid


@pytest.mark.parametrize("key", ["secret_key", "Store", "experiment"])
def test_misspelt_key(validator: Draft202012Validator, key: str) -> None:
    """A misspelt key of the file is refused."""
    data = {"secret_keys": "k", "experiments": {"e": {"arms": ["a"]}}, key: "x"}
    assert not validator.is_valid(data)


@pytest.mark.parametrize(
    ("text", "valid"),
    [
        ("{country: {header: CF-IPCountry}, plan: {cookie: plan}}", True),
        ("{source: {query: utm_source}, item: {path: item}}", True),
        ("{}", True),
        ("{country: CF-IPCountry}", False),
        ("{country: {hedaer: CF-IPCountry}}", False),
        ("{country: {header: a, cookie: b}}", False),
        ("[country]", False),
    ],
)
def test_attributes(validator: Draft202012Validator, text: str, valid: bool) -> None:
    """Attributes name a single source each."""
    data = {"secret_keys": "k", "experiments": {"e": {"arms": ["a"]}}, "attributes": plain(text)}
    assert validator.is_valid(data) is valid


def test_everything_is_explained() -> None:
    """Every key has a description for the editor to show."""
    whole = schema()
    for section in (whole, *whole["$defs"].values()):
        for name, key in section["properties"].items():
            assert key.get("description"), name
