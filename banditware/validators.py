"""Validators of a page (RFC 9110, section 8.8) that see the arms which it shows.

The app's own ETag need not know of an arm: that of a file does not, nor that of a row of a
database. Whoever has the page of another arm would be told that nothing changed, by the app or by a
cache that keeps a page for each arm. So the ETag of a page gets a mark of its arms on its way out,
which is taken off again when the same arms are asked about. It is weak, as RFC 9110 wants it of one
that is not the app's: no client then offers it in `If-Match`, which only the app could answer.

A `Last-Modified` cannot be marked. It is ignored where a request asks by it, so that the page is
sent whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, MutableMapping
from functools import lru_cache
from hashlib import blake2b
from typing import Any

#: Request headers by which a client asks for what changed.
IF_NONE_MATCH, IF_MODIFIED_SINCE = "if-none-match", "if-modified-since"

_ETAG = re.compile(r'(?:W/)?"([^"]*)"')

#: Kept before the mark, so that the app gets its own ETag in its own spelling.
_STRENGTHS = {"s": '"{}"', "w": 'W/"{}"'}


@lru_cache(1_024)
def mark_of(arms: tuple[str, ...]) -> str:
    """Return the mark of a page that shows these arms: the same in every process."""
    return blake2b("!".join(arms).encode(), digest_size=4).hexdigest()


def with_mark(etag: str, mark: str) -> str:
    """Return the ETag of a page of the app, with the mark of the arms that it shows."""
    strength = "w" if etag.startswith("W/") else "s"
    opaque = etag[2 * (strength == "w") :].strip('"')
    return f'W/"{opaque}~{strength}{mark}"'


def unmarked(asked: str, mark: str) -> str:
    """Return what is left of an `If-None-Match` for the app: its own ETags of these arms."""
    found = []
    for opaque in _ETAG.findall(asked):
        own, _, end = opaque.rpartition("~")
        if end[1:] == mark and end[:1] in _STRENGTHS:
            found.append(_STRENGTHS[end[0]].format(own))
    return ", ".join(found)


def changed(asked: str, mark: str) -> dict[str, str]:
    """Return the conditions that the app shall see, by header; empty for one that is gone.

    Args:
        asked: the request's `If-None-Match`, or nothing.
        mark: that of the arms that this request gets.
    """
    left = unmarked(asked, mark)
    return {IF_NONE_MATCH: left} if left else {IF_NONE_MATCH: "", IF_MODIFIED_SINCE: ""}


def to_environ(environ: MutableMapping[str, Any], conditions: dict[str, str]) -> None:
    """Change the conditions of a request as WSGI and Django have it."""
    for name, value in conditions.items():
        key = "HTTP_" + name.upper().replace("-", "_")
        if value:
            environ[key] = value
        else:
            environ.pop(key, None)


def to_headers(headers: Iterable[tuple[Any, Any]], conditions: dict[str, str]) -> list[Any]:
    """Return the headers of a request as ASGI has it, with other conditions."""
    kept = [pair for pair in headers if _name(pair[0]) not in conditions]
    return kept + [(k.encode(), v.encode("latin-1")) for k, v in conditions.items() if v]


def _name(key: bytes | str) -> str:
    return (key if isinstance(key, str) else key.decode("latin-1")).lower()
