"""The `only_if` of an experiment: conditions that must all hold, or lists of such."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from banditware.attribute_text import text_of
from banditware.conditions import OPERATORS, Condition, compiled
from banditware.config.attributes import NAME_SCHEMA, attribute_name
from banditware.config.document import WRITTEN
from banditware.config.faults import ABSENT, AT_KEY, Faults, RefusedError
from banditware.config.units import number
from banditware.errors import suggestion

Rules = tuple[tuple[Condition, ...], ...]

_FORM = (
    "must be a list of conditions such as "
    "{attribute: country, operator: ONE_OF, value: [GB, US]}, or a list of such lists"
)
_KEYS = ("attribute", "operator", "value")


def read_only_if(value: object) -> Rules:
    """Return lists of conditions, of one of which all must hold.

    Raises:
        RefusedError: it is no list of conditions.
        ValidationError: conditions are wrong; holds every mistake.
    """
    if isinstance(value, dict):
        value = [value]
    if not isinstance(value, list):
        raise RefusedError(f"{_FORM}, not {WRITTEN}")
    if not value:
        raise RefusedError("is empty: add a condition, or remove the key to let everybody in")
    faults = Faults()
    if isinstance(value[0], list):
        rules = tuple(_rule(each, (index,), faults) for index, each in enumerate(value))
    else:
        rules = (_rule(value, (), faults),)
    faults.settle()
    return rules


def _rule(value: object, loc: tuple[int, ...], faults: Faults) -> tuple[Condition, ...]:
    """Return the conditions of a list, and note what is wrong with it."""
    if not isinstance(value, list):
        faults.add(loc, "must be a list, as the others are: put the condition in brackets")
        return ()
    if not value:
        faults.add(loc, "is empty: add a condition, or remove the list")
    read = (_condition(each, (*loc, index), faults) for index, each in enumerate(value))
    return tuple(condition for condition in read if condition is not None)


def _condition(value: object, loc: tuple[int, ...], faults: Faults) -> Condition | None:
    """Return a condition; or note what is wrong with it, and return what there is of it."""
    if not isinstance(value, dict):
        faults.add(loc, f"must be a condition with {', '.join(_KEYS)}, not {WRITTEN}")
        return None
    _check_keys(value, loc, faults)
    read: dict[str, str] = {}
    for key, reader in (("attribute", attribute_name), ("operator", _operator)):
        if value.get(key) is not None:
            with faults.at(*loc, key):
                read[key] = reader(value[key])
    condition, operand = None, value.get("value")
    if operand is not None and "operator" in read:
        with faults.at(*loc, "value"):
            if read["operator"] in LISTS:
                operand = _texts(operand, (*loc, "value"), faults)
            condition = _compiled(read.get("attribute", ""), read["operator"], operand)
    return condition


def _check_keys(value: Mapping[str, Any], loc: tuple[int, ...], faults: Faults) -> None:
    """Note keys that a condition does not know, and those that it lacks."""
    strangers = [key for key in value if key not in _KEYS]
    for key in strangers:
        faults.add((*loc, key), f"is not a known key{suggestion(key, _KEYS)}", AT_KEY)
    for key in _KEYS:
        if key in value and value[key] is None:
            faults.add((*loc, key), "has no value", AT_KEY)
        elif key not in value and not any(suggestion(each, [key]) for each in strangers):
            faults.add((*loc, key), "is missing", ABSENT)


def _operator(value: object) -> str:
    if isinstance(value, str) and value in OPERATORS:
        return value
    near = suggestion(value.upper(), OPERATORS) if isinstance(value, str) else ""
    raise RefusedError(f"must be one of {', '.join(OPERATORS)}, not {WRITTEN}{near}")


def _compiled(attribute: str, operator: str, operand: object) -> Condition:
    try:
        condition = compiled(attribute, operator, operand)
    except ValueError as error:
        # What is written may come from the environment, so it is not repeated.
        message = str(error).removeprefix("the value ").replace(repr(operand), WRITTEN)
        raise RefusedError(message) from None
    if isinstance(condition.value, float) and not math.isfinite(condition.value):
        raise RefusedError("must be a finite number")
    return condition


def _texts(value: object, loc: tuple[Any, ...], faults: Faults) -> list[str]:
    """Return the items of a list, or one alone, as texts, and note those that are none.

    Numbers are none: `1.10` and `010` are not what they look like, and would match nothing.
    """
    items = value if isinstance(value, list) else [value]
    if not items:
        raise RefusedError("is empty: list at least one text")
    for index, each in enumerate(items):
        if not isinstance(each, str | bool):
            hint = "; quote it" if number(each) is not None else ""
            faults.add((*loc, index), f"must be text, not {WRITTEN}{hint}")
    return [str(text_of(each)) for each in items]


#: Operators whose value is a list.
LISTS = ("ONE_OF", "NOT_ONE_OF")

_TEXT = {"type": ["string", "boolean"]}
_OPERANDS: tuple[tuple[tuple[str, ...], dict[str, Any]], ...] = (
    (("MATCHES", "NOT_MATCHES"), {"type": "string"}),
    (("GTE", "GT", "LTE", "LT"), {"type": ["number", "string"]}),
    (LISTS, {"anyOf": [_TEXT, {"type": "array", "items": _TEXT, "minItems": 1}]}),
    (("IS_NULL",), {"type": "boolean"}),
)
_CONDITION = {
    "anyOf": [
        {
            "type": "object",
            "properties": {
                "attribute": NAME_SCHEMA,
                "operator": {"enum": list(operators)},
                "value": operand,
            },
            "required": list(_KEYS),
            "additionalProperties": False,
        }
        for operators, operand in _OPERANDS
    ]
}
_RULE = {"type": "array", "items": _CONDITION, "minItems": 1}

SCHEMA: dict[str, Any] = {
    "anyOf": [_CONDITION, _RULE, {"type": "array", "items": _RULE, "minItems": 1}]
}
