"""The `arms` of an experiment: a list of names, or a mapping from name to value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, BeforeValidator, GetJsonSchemaHandler, WithJsonSchema
from pydantic_core import CoreSchema

from banditware.config.attributes import NAME_SCHEMA as NAMES_SCHEMA
from banditware.config.attributes import attribute_name
from banditware.config.base import Section, optional
from banditware.config.document import WRITTEN
from banditware.config.faults import Faults, RefusedError
from banditware.config.fields import NAME_SCHEMA, ByName, Key, name
from banditware.config.only_if import OnlyIf
from banditware.errors import suggestion

_STRUCTURED = "put a structured value under `value:`"


def _a_path(text: str) -> str:
    if not text.startswith("/") or not text.isprintable():
        raise RefusedError(f"must be a path that starts with /, not {WRITTEN}")
    return text


def _an_address(text: str) -> str:
    if not re.fullmatch(r"(https?://[A-Za-z0-9.-]+(:[0-9]+)?)?(/(?!/)[!-~]*)?", text) or not text:
        raise RefusedError(
            "must be a path that starts with one /, or a URL that starts with https:// or http:// "
            f"and a host, with anything else than ASCII quoted by %, not {WRITTEN}"
        )
    return text


_SCALAR = {"type": ["string", "number", "boolean"]}


def _scalar(value: object) -> object:
    if not isinstance(value, str | bool | int | float):
        raise RefusedError(f"must be text, a number or a boolean, not {WRITTEN}")
    return value


Attributes = Annotated[
    dict[Annotated[str, BeforeValidator(attribute_name)], Annotated[Any, BeforeValidator(_scalar)]],
    WithJsonSchema(
        {"type": "object", "propertyNames": NAMES_SCHEMA, "additionalProperties": _SCALAR}
    ),
]


class ArmSection(Section):
    """One arm in its long form."""

    hint: ClassVar[str] = f"; {_STRUCTURED}"
    nullable: ClassVar[frozenset[str]] = frozenset({"value"})

    value: Any = optional(None, "What the view gets; the arm's own name if left out.")
    rewrite: Annotated[str, AfterValidator(_a_path)] | None = optional(
        None, "Path the wrapped app sees instead of the requested one."
    )
    redirect: Annotated[str, AfterValidator(_an_address)] | None = optional(
        None, "Path or URL to which the browser is sent instead of calling the app."
    )
    attributes: Attributes | None = optional(
        None, "What a contextual policy may know of the arm, by the names in `action_context`."
    )
    available: OnlyIf | None = optional(
        None, "Who may get it from a contextual policy: conditions, as in `only_if`."
    )

    @classmethod
    def check(cls, data: Mapping[str, Any], faults: Faults) -> None:
        """Refuse to be in two places."""
        if data.get("rewrite") is not None and data.get("redirect") is not None:
            faults.add(("redirect",), "rewrite says where to go already: keep one of the two")


*_FIRST, _LAST = ArmSection.model_fields
_KEYS = f"{', '.join(_FIRST)} and {_LAST}"


def _long(arm: object) -> object:
    """Return any form of an arm as its long form."""
    if not isinstance(arm, dict):
        return {"value": arm}
    known = ArmSection.model_fields
    if arm and not any(key in known or suggestion(key, known) for key in arm):
        raise RefusedError(f"is a mapping with other keys than {_KEYS}; {_STRUCTURED}")
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
