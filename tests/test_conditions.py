from __future__ import annotations

from typing import Any

import pytest

from banditware.conditions import OPERATORS, Condition, compiled

NAN = float("nan")

#: operator, value of the condition, value of the attribute, whether it holds.
CASES: list[tuple[str, Any, Any, bool]] = [
    ("MATCHES", r"@example\.com", "a@example.com.uk", True),
    ("MATCHES", "^true$", True, True),
    ("MATCHES", "^42$", 42.0, True),
    ("MATCHES", "x", "y", False),
    ("MATCHES", "", "", True),
    ("MATCHES", "", None, False),
    ("MATCHES", "", ["x"], False),
    ("NOT_MATCHES", "x", "y", True),
    ("NOT_MATCHES", "x", "x", False),
    ("NOT_MATCHES", "x", None, False),
    ("GTE", 18, 18, True),
    ("GTE", 18, 17.9, False),
    ("GTE", "18", "18.0", True),
    ("GTE", 18, " 18", False),
    ("GTE", 0, True, False),
    ("GTE", 0, NAN, False),
    ("LT", 0, NAN, False),
    ("GT", 18, 18, False),
    ("GT", 18, 18.5, True),
    ("LTE", 18, 18, True),
    ("LT", 18, 18, False),
    ("LT", 18, None, False),
    ("LT", 18, "inf", False),
    ("GTE", "1.5.0", "1.10.0", True),
    ("GTE", "1.5.0", "1.5", False),
    ("GTE", "1.5.0", 2, False),
    ("LT", "1.5.0", "1.5.0-rc.1", True),
    ("ONE_OF", ["GB", "US"], "GB", True),
    ("ONE_OF", ["GB", "US"], "gb", False),
    ("ONE_OF", ["303"], 303, True),
    ("ONE_OF", ["true"], True, True),
    ("ONE_OF", ["True"], True, False),
    ("ONE_OF", [], "x", False),
    ("ONE_OF", ["null"], None, False),
    ("NOT_ONE_OF", ["GB"], "US", True),
    ("NOT_ONE_OF", ["GB"], "GB", False),
    ("NOT_ONE_OF", ["GB"], None, False),
    ("NOT_ONE_OF", [], "x", True),
    ("IS_NULL", True, None, True),
    ("IS_NULL", True, "", False),
    ("IS_NULL", True, NAN, False),
    ("IS_NULL", False, 0, True),
    ("IS_NULL", False, None, False),
]


@pytest.mark.parametrize(("operator", "value", "attribute", "holds"), CASES)
def test_whether_a_condition_holds(
    operator: str, value: object, attribute: object, holds: bool
) -> None:
    """Each operator answers as Eppo's, for every kind of value."""
    condition = compiled("x", operator, value)
    assert condition.holds({"x": attribute}) is holds


@pytest.mark.parametrize("operator", OPERATORS)
def test_a_missing_attribute_fails_all_but_is_null(operator: str) -> None:
    """Without the attribute, also the operators that say NOT do not hold."""
    value = {"ONE_OF": ["a"], "NOT_ONE_OF": ["a"], "IS_NULL": True}.get(operator, "1")
    assert compiled("x", operator, value).holds({"y": "z"}) is (operator == "IS_NULL")


WRONG: list[tuple[str, Any, str]] = [
    ("EQUALS", 1, "there is no operator 'EQUALS'; there are MATCHES, NOT_MATCHES, GTE"),
    ("one_off", ["a"], "did you mean 'ONE_OF'"),
    ("MATCHES", 5, "must be a regular expression, not 5"),
    ("MATCHES", "(", "is no regular expression"),
    ("MATCHES", "(?=a)b", "look-around"),
    ("NOT_MATCHES", "(?<!a)b", "look-around"),
    ("MATCHES", r"(a)\1", "backreference"),
    ("GTE", "abc", "must be a number or a version"),
    ("GTE", True, "must be a number or a version"),
    ("LT", [1], "must be a number or a version"),
    ("ONE_OF", "GB", "must be a list of texts"),
    ("NOT_ONE_OF", ["a", 303.0], "quote 303"),
    ("ONE_OF", [None], "quote None"),
    ("IS_NULL", "true", "must be true or false"),
]


@pytest.mark.parametrize(("operator", "value", "message"), WRONG)
def test_what_cannot_be_a_condition_is_refused(operator: str, value: object, message: str) -> None:
    """An unknown operator or an unusable value is refused, with the mend."""
    with pytest.raises(ValueError, match=message):
        compiled("x", operator, value)


def test_conditions_are_values() -> None:
    """Two conditions that ask the same are equal, and say what they ask."""
    one, other = (compiled("age", "GTE", value) for value in (18, "18"))
    assert one == other
    assert (one.attribute, one.operator, one.value) == ("age", "GTE", 18.0)
    assert repr(one) == "Condition(attribute='age', operator='GTE', value=18.0)"
    assert isinstance(one, Condition)
    assert hash(compiled("a", "ONE_OF", ["b"])) == hash(compiled("a", "ONE_OF", ("b",)))
