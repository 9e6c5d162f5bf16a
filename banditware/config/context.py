"""What a contextual experiment learns from: its `context` and `action_context`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    GetJsonSchemaHandler,
    WithJsonSchema,
)
from pydantic_core import CoreSchema

from banditware.attribute_text import text_of
from banditware.config.attributes import NAME_SCHEMA, attribute_name
from banditware.config.base import Section, optional
from banditware.config.document import WRITTEN
from banditware.config.faults import Faults, RefusedError
from banditware.config.fields import one_of
from banditware.model import Attribute, Kind

_KINDS: dict[str, Kind] = {"numeric": "numeric", "categorical": "categorical"}

#: Beyond, a model would have no room for anything else.
MOST_HASHED = 64

#: A model has a column for each, and few would see enough of each.
_MOST_LEVELS = 64


def _long(attribute: object) -> object:
    """Return any form of an attribute as its long form."""
    return attribute if isinstance(attribute, dict) else {"type": attribute}


def _texts(levels: object) -> object:
    """Return levels as the texts that values are compared with: `true` and 3 are levels, too."""
    if not isinstance(levels, list):
        raise RefusedError(f"must be a list of the values it can have, not {WRITTEN}")
    if not 0 < len(levels) <= _MOST_LEVELS:
        raise RefusedError(f"has {len(levels)} levels: list 1 to {_MOST_LEVELS}")
    faults = Faults()
    texts: list[str] = []
    for index, level in enumerate(levels):
        text = text_of(level)
        if text is None:
            faults.add((index,), f"must be text, a number or a boolean, not {WRITTEN}")
        elif text in texts:
            faults.add((index,), f"the level {WRITTEN} is there twice")
        else:
            texts.append(text)
    faults.settle()
    return texts


def _bounds(bounds: list[float]) -> list[float]:
    if len(bounds) != 2 or not bounds[0] < bounds[1]:
        raise RefusedError("must be the lowest and the highest value, as in [0, 100]")
    return bounds


_NUMBERS = {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}
_LEVELS = {
    "type": "array",
    "items": {"type": ["string", "number", "boolean"]},
    "minItems": 1,
    "maxItems": _MOST_LEVELS,
    "uniqueItems": True,
}


class AttributeSection(Section):
    """One attribute in its long form."""

    #: Which kind of attribute a key is for.
    _kinds: ClassVar[dict[str, str]] = {"levels": "categorical", "range": "numeric"}

    type: Annotated[
        Any, BeforeValidator(one_of(_KINDS)), WithJsonSchema({"enum": list(_KINDS)})
    ] = Field(description="A number, or one of a few words.")
    levels: Annotated[list[str], BeforeValidator(_texts), WithJsonSchema(_LEVELS)] | None = (
        optional(
            None, "What a categorical one can be; if left out, the first 16 values that are seen."
        )
    )
    range: Annotated[list[float], AfterValidator(_bounds), WithJsonSchema(_NUMBERS)] | None = (
        optional(None, "Lowest and highest value of a numeric one; others count as these.")
    )

    @classmethod
    def check(cls, data: Mapping[str, Any], faults: Faults) -> None:
        """Refuse what the other kind of attribute has."""
        for key, kind in cls._kinds.items():
            if key in data and data.get("type") in _KINDS and data["type"] != kind:
                faults.add((key,), f"is for {kind} attributes; this one is {data['type']}")


class _ShortForm:
    def __get_pydantic_json_schema__(
        self, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Allow the kind alone."""
        mapping = handler(core)
        kinds = {"enum": list(_KINDS)}
        long = {"anyOf": [kinds, mapping["additionalProperties"]]}
        return {**mapping, "propertyNames": NAME_SCHEMA, "additionalProperties": long}


ContextSection = Annotated[
    dict[
        Annotated[str, BeforeValidator(attribute_name)],
        Annotated[AttributeSection, BeforeValidator(_long)],
    ],
    _ShortForm(),
]


_MODELS = {"per-arm": False, "shared": True}

#: What says whether one model is for all arms.
Shared = Annotated[bool, BeforeValidator(one_of(_MODELS)), WithJsonSchema({"enum": list(_MODELS)})]


def _few(number: int) -> int:
    if not 0 <= number <= MOST_HASHED:
        raise RefusedError(f"must be from 0 to {MOST_HASHED}")
    return number


#: So many features for attributes that are not declared.
Hashed = Annotated[
    int,
    AfterValidator(_few),
    WithJsonSchema({"type": "integer", "minimum": 0, "maximum": MOST_HASHED}),
]


def attributes(section: Mapping[str, AttributeSection] | None) -> tuple[Attribute, ...]:
    """Return the declared attributes."""
    return tuple(_attribute(name, each) for name, each in (section or {}).items())


def _attribute(name: str, section: AttributeSection) -> Attribute:
    low, high = section.range or (None, None)
    levels = None if section.levels is None else tuple(section.levels)
    return Attribute(name, section.type, levels, low, high)
