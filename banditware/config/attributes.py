"""The `attributes` of a configuration: where each attribute of a request stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal, cast

from pydantic import BeforeValidator, WithJsonSchema

from banditware.attributes import Source
from banditware.config.document import WRITTEN
from banditware.config.faults import Faults, RefusedError
from banditware.config.route import RouteSection
from banditware.config.source import read_source, source_schemas
from banditware.errors import suggestion

_FORM = "must be one of {header: NAME}, {cookie: NAME}, {query: NAME}, {path: NAME}"

#: Where attributes may stand.
KINDS = ("header", "cookie", "query", "path")
_LONGEST = 128

#: What an attribute may be called: rules that come from elsewhere have spaces in such names.
NAME_SCHEMA = {"type": "string", "minLength": 1, "maxLength": _LONGEST}


def attribute_name(value: object) -> str:
    """Return the name of an attribute.

    Raises:
        RefusedError: it is not text, empty, too long, or not to be read.
    """
    if not isinstance(value, str):
        raise RefusedError(f"must be the name of an attribute, not {WRITTEN}")
    if not 0 < len(value) <= _LONGEST or not value.isprintable():
        raise RefusedError(f"the name of an attribute has 1 to {_LONGEST} printable characters")
    return value


def _source(value: object) -> Source:
    if value is None:
        raise RefusedError(f"has no value; it {_FORM}")
    if not isinstance(value, dict):
        raise RefusedError(f"{_FORM}, not {WRITTEN}")
    kind, name = read_source(value, KINDS, _FORM)
    known = cast("Literal['header', 'cookie', 'query', 'path']", kind)
    return Source(known, name.lower() if kind == "header" else name)


def check_variables(sources: Mapping[str, Source], routes: Iterable[RouteSection]) -> None:
    """Refuse variables that no route has.

    Raises:
        ValidationError: there are such.
    """
    variables = {name for route in routes for name in route.match.variables}
    faults = Faults()
    for attribute, (kind, name) in sources.items():
        if kind == "path" and name not in variables:
            message = f"no route has a variable {WRITTEN}{suggestion(name, variables)}"
            faults.add((attribute, "path"), message)
    faults.settle()


_SCHEMA = {
    "type": "object",
    "propertyNames": NAME_SCHEMA,
    "additionalProperties": {"anyOf": source_schemas(KINDS)},
}

Attributes = Annotated[
    dict[Annotated[str, BeforeValidator(attribute_name)], Annotated[Any, BeforeValidator(_source)]],
    WithJsonSchema(_SCHEMA),
]
