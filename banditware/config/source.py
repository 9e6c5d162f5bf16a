"""A mapping of one key that says where something stands: `{header: X-Total}`, `{query: page}`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from banditware.config.document import WRITTEN
from banditware.config.faults import AT_KEY, Faults, RefusedError
from banditware.errors import suggestion

#: What headers are called, and cookies (RFC 9110 section 5.6.2, RFC 6265 section 4.1.1).
TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_TOKENS = frozenset({"header", "cookie"})


def read_source(value: dict[str, Any], kinds: Sequence[str], form: str) -> tuple[str, str]:
    """Return the kind and the name of a single source.

    Args:
        value: what is written.
        kinds: the keys that it may have.
        form: what it should look like, for the message.

    Raises:
        RefusedError: it is not a single source.
        ValidationError: a key or the name is wrong.
    """
    faults = Faults()
    for key in value:
        if key not in kinds:
            faults.add((key,), f"is not a known key{suggestion(key, kinds)}", AT_KEY)
    faults.settle()
    if len(value) != 1:
        raise RefusedError(f"{form}: exactly one")
    kind, name = next(iter(value.items()))
    if not isinstance(name, str) or not name:
        faults.add((kind,), f"must be a name, not {WRITTEN}")
    elif kind in _TOKENS and not TOKEN.fullmatch(name):
        faults.add((kind,), f"{WRITTEN} cannot be the name of a {kind}")
    faults.settle()
    return kind, name


def source_schemas(kinds: Sequence[str]) -> list[dict[str, Any]]:
    """Return the JSON Schema of each kind of source."""
    return [
        {
            "type": "object",
            "properties": {kind: {"type": "string", "minLength": 1}},
            "required": [kind],
            "additionalProperties": False,
        }
        for kind in kinds
    ]
