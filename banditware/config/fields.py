"""Kinds of values that several parts of a configuration share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any, TypeVar

from pydantic import BeforeValidator, GetJsonSchemaHandler, WithJsonSchema
from pydantic_core import CoreSchema

from banditware.config import units
from banditware.config.document import WRITTEN
from banditware.config.faults import RefusedError
from banditware.errors import suggestion
from banditware.model import NAME

T = TypeVar("T")

#: Any text may come from the environment, so no pattern of the JSON Schema can forbid `${VAR}`.
VARIABLE = r"\$\{"


def name(value: object) -> str:
    """Return the name of an experiment, an arm or a goal.

    Raises:
        RefusedError: it is not text, or holds other characters than names may.
    """
    if isinstance(value, bool | int | float):
        raise RefusedError(f"{WRITTEN} is not text: a name is, so quote it")
    if value is None:
        raise RefusedError("has no value")
    if not isinstance(value, str):
        raise RefusedError(f"must be a name, not {WRITTEN}")
    if not NAME.match(value):
        raise RefusedError("a name is made of 1 to 64 letters, digits and the characters _ . -")
    return value


def one_of(words: Mapping[str, T]) -> Callable[[object], T]:
    """Return a validator that lets the keys of `words` through and returns what they stand for."""

    def look_up(value: object) -> T:
        key = {True: "true", False: "false"}.get(value, value) if isinstance(value, bool) else value
        if isinstance(key, str) and key in words:
            return words[key]
        near = suggestion(key, words) if isinstance(key, str) else ""
        raise RefusedError(f"must be one of {', '.join(words)}, not {WRITTEN}{near}")

    return look_up


class OrOne:
    """Marks a list of which a single item may stand for itself; for the JSON Schema."""

    def __get_pydantic_json_schema__(
        self, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Allow the item beside the list."""
        many = handler(core)
        return {"anyOf": [many["items"], many]}


def as_list(value: object) -> object:
    """Return a single value as a list of one."""
    return value if isinstance(value, list) or value is None else [value]


class ByName:
    """Marks a mapping whose keys are names; for the JSON Schema."""

    def __get_pydantic_json_schema__(
        self, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Restrict the keys, and ask for at least one."""
        return {**handler(core), "propertyNames": {"pattern": _NAME}, "minProperties": 1}


_NAME = "^[A-Za-z0-9_.-]{1,64}$"

#: A name as a key, which variables cannot be part of.
Key = Annotated[str, BeforeValidator(name)]

NAME_SCHEMA = {"type": "string", "pattern": f"{_NAME}|{VARIABLE}"}

Name = Annotated[Key, WithJsonSchema(NAME_SCHEMA)]

DURATION_SCHEMA = {"type": "string", "pattern": f"{units.DURATION}|{VARIABLE}"}

Duration = Annotated[float, BeforeValidator(units.duration), WithJsonSchema(DURATION_SCHEMA)]
