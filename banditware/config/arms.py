"""The `arms` of an experiment: a list of names, or a mapping from name to value."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, BeforeValidator, GetJsonSchemaHandler
from pydantic_core import CoreSchema

from banditware.config.base import Section, optional
from banditware.config.document import WRITTEN
from banditware.config.faults import Faults, RefusedError
from banditware.config.fields import NAME_SCHEMA, ByName, Key, name
from banditware.errors import suggestion

_STRUCTURED = "put a structured value under `value:`"


def _a_path(text: str) -> str:
    if not text.startswith("/") or not text.isprintable():
        raise RefusedError(f"must be a path that starts with /, not {WRITTEN}")
    return text


class ArmSection(Section):
    """One arm in its long form."""

    hint: ClassVar[str] = f"; {_STRUCTURED}"
    nullable: ClassVar[frozenset[str]] = frozenset({"value"})

    value: Any = optional(None, "What the view gets; the arm's own name if left out.")
    rewrite: Annotated[str, AfterValidator(_a_path)] | None = optional(
        None, "Path the wrapped app sees instead of the requested one."
    )


def _long(arm: object) -> object:
    """Return any form of an arm as its long form."""
    if not isinstance(arm, dict):
        return {"value": arm}
    known = ArmSection.model_fields
    if arm and not any(key in known or suggestion(key, known) for key in arm):
        raise RefusedError(f"is a mapping with other keys than value and rewrite; {_STRUCTURED}")
    return arm


def _mapping(arms: object) -> object:
    """Return any form of arms as a mapping from name to arm."""
    if not isinstance(arms, dict | list):
        raise RefusedError(
            f"must be a mapping from names to values or a list of names, not {WRITTEN}"
        )
    if not arms:
        raise RefusedError("is empty: an experiment needs at least one arm")
    return arms if isinstance(arms, dict) else _from_list(arms)


def _from_list(names: list[Any]) -> dict[str, Any]:
    faults = Faults()
    arms: dict[str, Any] = {}
    for index, each in enumerate(names):
        with faults.at(index):
            arm = name(each)
            if arm in arms:
                raise RefusedError(f"the arm {WRITTEN} is there twice")
            arms[arm] = None
    faults.settle()
    return arms


class _AnyForm:
    def __get_pydantic_json_schema__(
        self, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Describe what may be written, rather than the long form."""
        mapping = handler(core)
        value = {"type": ["string", "number", "boolean", "array", "null"]}
        mapping["additionalProperties"] = {"anyOf": [value, mapping["additionalProperties"]]}
        names = {"type": "array", "items": NAME_SCHEMA, "minItems": 1, "uniqueItems": True}
        return {"anyOf": [mapping, names]}


Arms = Annotated[
    dict[Key, Annotated[ArmSection, BeforeValidator(_long)]],
    BeforeValidator(_mapping),
    ByName(),
    _AnyForm(),
]
