"""What else than the cookie a response depends on, for the caches that it goes through."""

from __future__ import annotations

from collections.abc import Sequence
from typing import AnyStr


def also_varying(
    headers: list[tuple[AnyStr, AnyStr]], names: Sequence[str]
) -> list[tuple[AnyStr, AnyStr]]:
    """Return headers whose `Vary`, of which there is one, names some request headers as well.

    What is named already, or by `*`, is not named again.
    """
    return [(key, _more(value, names) if _is_vary(key) else value) for key, value in headers]


def _is_vary(key: str | bytes) -> bool:
    return key.lower() in ("vary", b"vary")


def _more(value: AnyStr, names: Sequence[str]) -> AnyStr:
    if isinstance(value, bytes):
        return _longer(value.decode("latin-1"), names).encode("latin-1")
    return _longer(value, names)


def _longer(value: str, names: Sequence[str]) -> str:
    known = {part.strip().lower() for part in value.split(",")}
    missing = [] if "*" in known else [name for name in names if name.lower() not in known]
    return ", ".join([value, *missing])
