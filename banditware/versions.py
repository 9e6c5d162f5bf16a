"""Versions of the form `1.5.0-rc.1+build.7`, and their order (https://semver.org, 2.0.0)."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TypeAlias

#: Whatever compares as the version does.
Order: TypeAlias = "tuple[object, ...]"

_NUMBER = r"(0|[1-9][0-9]{0,19})"
_PART = r"(?:0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*)"
_VERSION = (
    rf"{_NUMBER}\.{_NUMBER}\.{_NUMBER}(?:-({_PART}(?:\.{_PART})*))?"
    r"(?:\+([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?"
)

#: Numbers of a version are 64 bits wide wherever such rules are evaluated.
_LARGEST = 2**64 - 1


@lru_cache(1)
def _versions() -> re.Pattern[str]:
    """Return the pattern, compiled with the first version and not with the import."""
    return re.compile(_VERSION)


def version_order(text: str) -> Order | None:
    """Return a key that orders versions, or None if the text is no version.

    A pre-release comes before its release. Build metadata, which Semantic Versioning leaves
    without an order, orders last, as in the Rust crate `semver`: absent first, then by parts.
    """
    found = _versions().fullmatch(text)
    if found is None:
        return None
    release = tuple(int(number) for number in found.groups()[:3])
    if max(release) > _LARGEST:
        return None
    before, build = found[4], found[5]
    return (release, before is None, _parts(before), _parts(build))


def _parts(dotted: str | None) -> tuple[tuple[object, ...], ...]:
    """Return the dotted parts so that numbers come before words, and each in its own order."""
    return tuple(map(_part, dotted.split("."))) if dotted else ()


def _part(part: str) -> tuple[object, ...]:
    if not part.isdecimal():
        return (1, part)
    digits = part.lstrip("0")
    return (0, len(digits), digits, len(part))
