"""Counts as Redis and Valkey get and give them: names and numbers, each as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from banditware.stores.base import NAME, Backup, Counts, Mark
from banditware.stores.parts import is_note


def pairs(deltas: Mapping[str, float]) -> list[str]:
    """Return names and numbers, each as the text that means exactly this number."""
    return [text for name, delta in deltas.items() for text in (name, repr(delta))]


def counted(deltas: Mapping[str, float]) -> list[str | int]:
    """Return the same behind how many there are."""
    return [len(deltas), *pairs(deltas)]


def numbers(found: Sequence[str]) -> dict[str, float]:
    """Return number by field of what a server answers, without what is no count."""
    fields = zip(found[::2], found[1::2], strict=True)
    return {name: _number(text) for name, text in fields if name[0] not in "#@"}


def counts(answer: Sequence[str]) -> Counts:
    """Return the counts of a ledger that was read; see `lua/read.lua`."""
    version, text, _ = answer
    return Counts(int(version), MappingProxyType(numbers(_lines(text))))


def aside(answer: str) -> dict[str, float]:
    """Return what a ledger keeps aside, without notes; see `lua/aside.lua`."""
    fields = numbers(_lines(answer))
    return {name: number for name, number in fields.items() if not is_note(name)}


def known(mark: Mark) -> tuple[str, int, str]:
    """Return what a script has to know to tell whether a ledger contains a backup."""
    return mark.origin, mark.number, mark.trail[-NAME:]


def backup(ledger: str, answer: Sequence[Sequence[str]]) -> Backup:
    """Return the backup that a script made; see `lua/backup.lua`."""
    found = [text for part in answer for text in part]
    texts = dict(zip(found[::2], found[1::2], strict=True))
    mark = Mark(texts["#origin"], int(texts["#backup"]), int(texts["#version"]), texts["#trail"])
    positions = {name[1:]: int(text) for name, text in texts.items() if name[0] == "@"}
    return Backup(ledger, mark, numbers(found), positions)


def _lines(text: str) -> list[str]:
    return text.split("\n") if text else []


def _number(text: str) -> float:
    return float(text) if "." in text or "e" in text else int(text)
