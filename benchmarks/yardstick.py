"""Work in plain Python that no change of banditware changes, of the kind that its requests do.

Another build of the same CPython needs more or fewer instructions for it, and about as many more or
fewer for banditware: so this is what counts are compared by.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable, Mapping
from contextvars import ContextVar
from typing import NamedTuple

HEADERS = [(f"X-Name-{number}", f"value {number}") for number in range(6)]

ENVIRON = {f"HTTP_X_{number}": f"a={number}; b={number}" for number in range(12)}


class Entry(NamedTuple):
    """A value with fields."""

    name: str
    weight: float
    fresh: bool = False


ENTRIES = {f"entry{number}": Entry(f"entry{number}", number / 8) for number in range(4)}


class Facts(dict[str, str]):
    """A mapping with properties."""

    __slots__ = ()

    @property
    def path(self) -> str:
        """A text from two keys."""
        return (self.get("HTTP_X_0") or "") + (self.get("HTTP_X_1") or "")

    def header(self, name: str) -> str:
        """Return what stands under a name, or nothing."""
        return self.get("HTTP_" + name.upper().replace("-", "_")) or ""


class Work:
    """An object that lives as long as one piece of work."""

    started = False

    def __init__(self, facts: Facts, entries: Mapping[str, Entry]) -> None:
        self._facts = facts
        self._entries = entries
        self._found: dict[str, Entry] = {}

    @property
    def found(self) -> Mapping[str, Entry]:
        """What was chosen."""
        return self._found

    def choose(self, names: Iterable[str], *, least: float = 0.0) -> None:
        """Choose what weighs enough."""
        for name in names:
            entry = self._entries.get(name)
            if entry is not None and entry.weight >= least and not entry.fresh:
                self._found[name] = Entry(name, entry.weight, fresh=True)

    def text(self) -> str:
        """Return what was chosen as text."""
        parts = [f"{each.name}:{name}" for name, each in self._found.items()]
        return ".".join(parts)


WORK: ContextVar[Work] = ContextVar("work")


def _answer(start: Callable[[str, list[tuple[str, str]]], None]) -> list[bytes]:
    start("200 OK", HEADERS)
    return [b"hello"]


def yardstick() -> tuple[list[bytes], str]:
    """Copy, look up, call, choose, join, sign, and keep an object in the context meanwhile."""
    facts = Facts(ENVIRON)
    work = Work(facts, ENTRIES)
    token = WORK.set(work)
    signed = ""

    def start(status: str, headers: list[tuple[str, str]]) -> None:
        nonlocal signed
        work.started = True
        merged = [*headers, ("Vary", facts.header("x-3"))]
        if int(status[:3]) < 400 and any(name.lower() == "vary" for name, _ in merged):
            signed = hmac.digest(b"key", work.text().encode(), "sha1").hex()

    try:
        for part in facts.path.split("; "):
            if part.startswith("b") and facts.header("user-agent") not in ENTRIES:
                WORK.get().choose(ENTRIES, least=0.25)
        return _answer(start), signed
    finally:
        WORK.reset(token)
