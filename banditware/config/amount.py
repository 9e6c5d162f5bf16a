"""The `amount` of a reward: a number, or where in the request or the response to find one."""

from __future__ import annotations

import re
from typing import Any, Literal, cast

from banditware.config.document import WRITTEN
from banditware.config.faults import AT_KEY, Faults, RefusedError
from banditware.config.units import number
from banditware.errors import suggestion
from banditware.routes import Amount

_FORM = "must be a finite number, or one of {header: NAME}, {query: NAME}, {path: NAME}"
_SOURCES = ("header", "query", "path")
# RFC 9110 section 5.6.2, token.
_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")

SCHEMA: dict[str, Any] = {
    "anyOf": [
        {"type": "number"},
        *(
            {
                "type": "object",
                "properties": {source: {"type": "string", "minLength": 1}},
                "required": [source],
                "additionalProperties": False,
            }
            for source in _SOURCES
        ),
    ]
}


def read_amount(value: object) -> Amount:
    """Return what `value` says about the number of a reward.

    Raises:
        RefusedError: it is neither a number nor a single source.
        ValidationError: the source is wrong.
    """
    if isinstance(value, dict):
        return _sourced(value)
    constant = number(value)
    if constant is None:
        raise RefusedError(f"{_FORM}, not {WRITTEN}")
    return Amount(number=constant)


def _sourced(value: dict[str, Any]) -> Amount:
    faults = Faults()
    for key in value:
        if key not in _SOURCES:
            faults.add((key,), f"is not a known key{suggestion(key, _SOURCES)}", AT_KEY)
    faults.settle()
    if len(value) != 1:
        raise RefusedError(f"{_FORM}: exactly one")
    source, name = next(iter(value.items()))
    if not isinstance(name, str) or not name:
        faults.add((source,), f"must be a name, not {WRITTEN}")
    elif source == "header" and not _HEADER.fullmatch(name):
        faults.add((source,), f"{WRITTEN} cannot be the name of a header")
    faults.settle()
    return Amount(cast("Literal['header', 'query', 'path']", source), name)
