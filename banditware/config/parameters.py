"""A model of every policy's parameters, made from its dataclass: types here, values there."""

from __future__ import annotations

import dataclasses
import inspect
import re
from functools import cache
from typing import Any, get_type_hints

from pydantic import Field, create_model

from banditware.config.base import Section
from banditware.contextual.policies import POLICIES as CONTEXTUAL
from banditware.model import ContextualPolicy, Policy
from banditware.policies import DEFAULT, POLICIES

AnyPolicy = Policy | ContextualPolicy

_ATTRIBUTE = re.compile(r"^    (\w+): (.*(?:\n {6,}.*)*)", re.MULTILINE)


@cache
def parameters(kind: type[AnyPolicy]) -> type[Section]:
    """Return the model of a policy's parameters."""
    hints = get_type_hints(kind)
    described = dict(_ATTRIBUTE.findall(inspect.getdoc(kind) or ""))
    fields: dict[str, Any] = {}
    for each in dataclasses.fields(kind):  # type: ignore[arg-type] # every policy is a dataclass
        text = " ".join(described.get(each.name, "").split())
        fields[each.name] = (hints[each.name], Field(**_default(each), description=text))
    return create_model(kind.__name__, __base__=Section, **fields)


def _default(field: dataclasses.Field[Any]) -> dict[str, Any]:
    if field.default_factory is not dataclasses.MISSING:
        return {"default_factory": field.default_factory}
    return {} if field.default is dataclasses.MISSING else {"default": field.default}


def policy_schema() -> dict[str, Any]:
    """Return the JSON Schema of `policy`: a name, or a mapping with that policy's parameters."""
    kinds: list[tuple[str, type[AnyPolicy]]] = [*POLICIES.items(), *CONTEXTUAL.items()]
    mappings = [_mapping_schema(name, kind) for name, kind in kinds]
    names = {"enum": list(dict.fromkeys(name for name, _ in kinds)), "default": DEFAULT}
    return {"anyOf": [names, *mappings]}


def _mapping_schema(name: str, kind: type[AnyPolicy]) -> dict[str, Any]:
    schema = parameters(kind).model_json_schema()
    return {
        "type": "object",
        "title": name,
        "description": (inspect.getdoc(kind) or "").partition("\n")[0],
        "properties": {"name": {"const": name}, **schema.get("properties", {})},
        "required": ["name", *schema.get("required", ())],
        "additionalProperties": False,
    }
