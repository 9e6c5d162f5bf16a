"""The `amount` of a reward: a number, or where in the request or the response to find one."""

from __future__ import annotations

from typing import Any, Literal, cast

from banditware.config.document import WRITTEN
from banditware.config.faults import RefusedError
from banditware.config.source import read_source, source_schemas
from banditware.config.units import number
from banditware.routes import Amount

_FORM = "must be a finite number, or one of {header: NAME}, {query: NAME}, {path: NAME}"
_SOURCES = ("header", "query", "path")

SCHEMA: dict[str, Any] = {"anyOf": [{"type": "number"}, *source_schemas(_SOURCES)]}


def read_amount(value: object) -> Amount:
    """Return what `value` says about the number of a reward.

    Raises:
        RefusedError: it is neither a number nor a single source.
        ValidationError: the source is wrong.
    """
    if isinstance(value, dict):
        source, name = read_source(value, _SOURCES, _FORM)
        return Amount(cast("Literal['header', 'query', 'path']", source), name)
    constant = number(value)
    if constant is None:
        raise RefusedError(f"{_FORM}, not {WRITTEN}")
    return Amount(number=constant)
