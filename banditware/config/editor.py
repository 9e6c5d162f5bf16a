"""The JSON Schema of a configuration: what editors need to complete, explain and check it."""

from __future__ import annotations

from typing import Any

from banditware.config.root import Configuration

_DRAFT = "https://json-schema.org/draft/2020-12/schema"


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema, draft 2020-12."""
    schema = _tidy(Configuration.model_json_schema())
    return {"$schema": _DRAFT, "title": "banditware", **schema}


def _tidy(schema: Any) -> Any:
    """Drop what pydantic adds: titles made of names, and null where a key may be left out."""
    if isinstance(schema, list):
        return [_tidy(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    rest = {
        key: _tidy(item) for key, item in schema.items() if not (key == "title" and _is_title(item))
    }
    if rest.get("anyOf", [])[1:] == [{"type": "null"}]:
        rest = {**rest.pop("anyOf")[0], **rest}
    if rest.get("default", ...) is None:
        del rest["default"]
    return rest


def _is_title(item: object) -> bool:
    """Tell a title from a property that is called so."""
    return isinstance(item, str)
