from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from banditware.conditions import OPERATORS, compiled
from banditware.config import Settings
from banditware.config.only_if import LISTS
from banditware.targeting import Targeting

Settle = Callable[..., Settings]
Complain = Callable[..., list[str]]

BRITISH = {"attribute": "country", "operator": "ONE_OF", "value": ["GB"]}
ADULT = {"attribute": "age", "operator": "GTE", "value": 18}

LISTED = ", ".join(OPERATORS)
FORM = (
    "must be a list of conditions such as "
    "{attribute: country, operator: ONE_OF, value: [GB, US]}, or a list of such lists"
)


def rules(settle: Settle, written: object) -> Any:
    """Return the rules of an experiment."""
    (experiment,) = settle(experiments={"e": {"arms": ["x"], "only_if": written}}).experiments
    assert experiment.targeting is not None
    return experiment.targeting.rules


def test_forms(settle: Settle) -> None:
    """A condition, a list of conditions, and a list of such lists."""
    british, adult = compiled("country", "ONE_OF", ["GB"]), compiled("age", "GTE", 18)
    assert rules(settle, BRITISH) == ((british,),)
    assert rules(settle, [BRITISH, ADULT]) == ((british, adult),)
    assert rules(settle, [[BRITISH], [ADULT, BRITISH]]) == ((british,), (adult, british))


@pytest.mark.parametrize(
    ("operator", "value", "attribute"),
    [
        ("MATCHES", "^G", "GB"),
        ("NOT_MATCHES", "^U", "GB"),
        ("GTE", 18, 18),
        ("GT", "17.5", "18"),
        ("LTE", "1.10.0", "1.9.9"),
        ("LT", 0.5, 0.4),
        ("ONE_OF", ["GB", True], "GB"),
        ("ONE_OF", "GB", "GB"),
        ("ONE_OF", [True], "true"),
        ("ONE_OF", [False], False),
        ("NOT_ONE_OF", ["US"], "GB"),
        ("IS_NULL", False, "GB"),
        ("IS_NULL", True, None),
    ],
)
def test_operators(settle: Settle, operator: str, value: object, attribute: object) -> None:
    """Every operator of Eppo's rules can be written, with the values that it compares with."""
    condition = {"attribute": "Company Size", "operator": operator, "value": value}
    ((found,),) = rules(settle, condition)
    assert found.holds({"Company Size": attribute})
    assert found.holds({"Company Size": attribute, "country": "x"})


def test_without_conditions_there_is_no_targeting(settle: Settle) -> None:
    """An experiment that is for everybody at any time costs a request nothing."""
    (experiment,) = settle(experiments={"e": {"arms": ["x"], "traffic": "100%"}}).experiments
    assert experiment.targeting is None
    (dated,) = settle(experiments={"e": {"arms": ["x"], "start": "1970-01-02"}}).experiments
    assert dated.targeting == Targeting(start=86_400.0)


@pytest.mark.parametrize(
    ("written", "mistakes"),
    [
        (5, [f": {FORM}, not 5"]),
        ([], [": is empty: add a condition, or remove the key to let everybody in"]),
        ([[]], [".0: is empty: add a condition, or remove the list"]),
        ([5, None], [".0: must be a condition with attribute, operator, value, not 5"]),
        (
            [BRITISH, [ADULT]],
            [".1: must be a condition with attribute, operator, value, not a list"],
        ),
        (
            [[BRITISH], ADULT],
            [".1: must be a list, as the others are: put the condition in brackets"],
        ),
        ({"attribute": "a", "operator": "ONE_OF"}, [".value: is missing"]),
        ({"operator": "IS_NULL", "value": True}, [".attribute: is missing"]),
        (
            {"atribute": "a", "operator": "IS_NULL", "value": True},
            [".atribute: is not a known key; did you mean 'attribute'?"],
        ),
        ({**BRITISH, "not": True}, [".not: is not a known key"]),
        (
            {**BRITISH, "operator": "one of"},
            [f".operator: must be one of {LISTED}, not 'one of'; did you mean 'ONE_OF'?"],
        ),
        ({**BRITISH, "operator": 5}, [f".operator: must be one of {LISTED}, not 5"]),
        ({**BRITISH, "attribute": 5}, [".attribute: must be the name of an attribute, not 5"]),
        (
            {**BRITISH, "attribute": ""},
            [".attribute: the name of an attribute has 1 to 128 printable characters"],
        ),
        (
            {"attribute": None, "operator": None, "value": None},
            [
                ".attribute: has no value",
                ".operator: has no value",
                ".value: has no value",
            ],
        ),
        ({**BRITISH, "value": []}, [".value: is empty: list at least one text"]),
        (
            {**BRITISH, "value": ["GB", 5, None, ["US"], 1.5]},
            [
                ".value.1: must be text, not 5; quote it",
                ".value.2: must be text, not None",
                ".value.3: must be text, not a list",
                ".value.4: must be text, not 1.5; quote it",
            ],
        ),
        ({**ADULT, "value": "old"}, [".value: must be a number or a version as 1.5.0, not 'old'"]),
        ({**ADULT, "value": "nan"}, [".value: must be a finite number"]),
        ({**ADULT, "value": float("inf")}, [".value: must be a finite number"]),
        (
            {"attribute": "a", "operator": "MATCHES", "value": 5},
            [".value: must be a regular expression, not 5"],
        ),
        (
            {"attribute": "a", "operator": "IS_NULL", "value": "yes"},
            [".value: must be true or false, not 'yes'"],
        ),
    ],
)
def test_mistakes(complain: Complain, written: object, mistakes: list[str]) -> None:
    """Every mistake is told at its place, with the mend."""
    found = complain(experiments={"e": {"arms": ["x"], "only_if": written}})
    assert found[: len(mistakes)] == [f"experiments.e.only_if{each}" for each in mistakes]


@pytest.mark.parametrize("written", ["(a", "[z-a]", "(?=a)b"])
def test_no_regular_expression(complain: Complain, written: str) -> None:
    """A regular expression that is none is refused when the configuration loads."""
    condition = {"attribute": "a", "operator": "MATCHES", "value": written}
    (mistake,) = complain(experiments={"e": {"arms": ["x"], "only_if": [condition]}})
    assert mistake.startswith("experiments.e.only_if.0.value: ")
    assert repr(written) in mistake


def test_what_the_environment_holds_is_not_shown(complain: Complain) -> None:
    """A message shows the name of a variable, never what it holds."""
    condition = {"attribute": "a", "operator": "GTE", "value": "${KEY}"}
    (mistake,) = complain(experiments={"e": {"arms": ["x"], "only_if": [condition]}})
    assert mistake.endswith("not '${KEY}'")


def test_operators_with_lists() -> None:
    """Those whose values are lists are operators."""
    assert set(LISTS) < set(OPERATORS)
