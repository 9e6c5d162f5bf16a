"""The `page_goals` of an experiment as they are written."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema

from banditware.config.faults import Faults, RefusedError
from banditware.config.fields import NAME_SCHEMA, Key, name

#: What a page may credit where nothing is said.
_UNIT = [0.0, 1.0]


def _ranges(value: object) -> object:
    """Return any form of goals as a mapping from name to range."""
    if isinstance(value, dict):
        return value
    faults, goals = Faults(), {}
    for index, each in enumerate(value if isinstance(value, list) else [value]):
        with faults.at(index):
            goals[name(each)] = _UNIT
    faults.settle()
    return goals


def _range(value: object) -> tuple[float, float]:
    bounds = value if isinstance(value, list) else []
    numbers = [float(each) for each in bounds if type(each) in (int, float)]
    if len(numbers) != 2 or len(bounds) != 2 or not numbers[0] < numbers[1]:
        raise RefusedError("must be the lowest and the highest amount, as in [0, 100]")
    return numbers[0], numbers[1]


_RANGE = {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}
_SCHEMA = {
    "anyOf": [
        {"type": "object", "propertyNames": NAME_SCHEMA, "additionalProperties": _RANGE},
        {"type": "array", "items": NAME_SCHEMA},
        NAME_SCHEMA,
    ]
}

PageGoals = Annotated[
    dict[Key, Annotated[Any, BeforeValidator(_range)]],
    BeforeValidator(_ranges),
    WithJsonSchema(_SCHEMA),
]
