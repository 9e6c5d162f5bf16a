"""Whether a wrapped app answers as the bare one does, but for what is ours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

Pairs = Sequence[tuple[str, str]]

#: The names that our cookie may have.
OURS = ("bw=", "__Host-bw=", "__Secure-bw=")

#: Headers to whose lists we add, and what.
ADDED = {"vary": "Cookie", "cache-control": "private"}


class Response(NamedTuple):
    """What came back.

    Attributes:
        status: the status.
        headers: the headers.
        body: the body.
        raised: what was raised instead, or nothing.
    """

    status: str = ""
    headers: Pairs = ()
    body: bytes = b""
    raised: str = ""


def set_by_us(headers: Pairs) -> list[str]:
    """Return the cookies that we set, as `name=value`."""
    values = [value.strip() for key, value in headers if key.lower() == "set-cookie"]
    return [value.partition(";")[0] for value in values if value.startswith(OURS)]


def differences(bare: Response, wrapped: Response) -> list[str]:
    """Return what is different, nothing if all is well."""
    found = [
        f"{name}: {getattr(bare, name)!r:.300} became {getattr(wrapped, name)!r:.300}"
        for name in ("status", "body", "raised")
        if getattr(bare, name) != getattr(wrapped, name)
    ]
    if _rest(bare.headers) != _rest(wrapped.headers):
        found.append(f"headers: {bare.headers!r:.300} became {wrapped.headers!r:.300}")
    for name, token in ADDED.items():
        before, after = _joined(bare.headers, name), _joined(wrapped.headers, name)
        if after not in (before, token, f"{before}, {token}"):
            found.append(f"{name}: {before!r} became {after!r}")
    if len(set_by_us(wrapped.headers)) > 1:
        found.append(f"several cookies: {set_by_us(wrapped.headers)}")
    return found


def _rest(headers: Pairs) -> list[tuple[str, str]]:
    """Return the headers that are none of ours, in their order."""
    return [
        (key.lower(), value)
        for key, value in headers
        if key.lower() not in ADDED and not set_by_us([(key, value)])
    ]


def _joined(headers: Pairs, name: str) -> str:
    return ", ".join(value for key, value in headers if key.lower() == name)
