"""The encoded vector: feature keys, and its text in tokens, logs and counts.

| key | feature |
|---|---|
| `age` | value of a numeric attribute of the subject |
| `age('m` | 1 if it is missing |
| `country(GB` | 1 if a categorical one has this level |
| `country('o` | 1 if it has another one |
| `country('m` | 1 if it is missing |
| `'price`, `'tier(gold` | the same of an attribute of the action |
| `(17`, `'(17` | what undeclared attributes sum to in this bucket |
| `age:'price` | product of a feature of the subject and one of the action (shared models alone) |

Letters, digits and `-_.` stand for themselves in names and levels; other characters are the bytes
of their UTF-8 as `'XX`. A name that would be mistaken for such a byte behind the `'` of an action
has its first character written that way. So all keys and texts are safe in URLs, cookies and fields
of counts. A text joins its features by `*`; a feature that is not 1 is `key)NUMBER`. A feature that
is zero is left out. The intercept, which is always 1, is never written; its key is empty.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping

Features = Mapping[str, float]

#: The levels of open categorical attributes by the attribute's key (`country`, `'tier`), both as
#: they stand in feature keys.
Vocabulary = Mapping[str, frozenset[str]]

#: The most levels that are kept of an attribute whose levels are not declared.
MOST_LEVELS = 16

#: A level whose key would be longer is `other`.
LONGEST_LEVEL = 64

#: Features of a text, and its characters. A decision's token has to fit in a header.
_MOST_FEATURES = 256
_LONGEST_TEXT = 16_384
_LONGEST_KEY = 512

OTHER, MISSING = "('o", "('m"

#: The product of two features: `SUBJECT:ACTION`.
TIMES = ":"

_UNSAFE = re.compile(r"[^A-Za-z0-9_.-]")
_HEX = re.compile(r"[0-9A-F]{2}")
_PIECE = re.compile(r"([^']+)|'([0-9A-F]{2})")
_KEY = re.compile(r"[A-Za-z0-9_.'(-]+")
_NUMBER = re.compile(r"-?[0-9]{1,17}(?:\.[0-9]{1,20})?(?:e-?[0-9]{1,3})?")
_BUCKET = re.compile(r"'?\([0-9]+\Z")


def escaped(text: str) -> str:
    """Return a level as it stands in a key; any text may be one, even broken unicode."""
    return _UNSAFE.sub(_bytes, text)


def unescaped(text: str) -> str:
    """Return the level that `escaped` wrote.

    Raises:
        ValueError: it did not write that.
    """
    data = bytearray()
    for plain, byte in _PIECE.findall(text):
        data += bytes.fromhex(byte) if byte else plain.encode()
    level = data.decode(errors="surrogatepass")
    if escaped(level) != text:
        raise ValueError(f"no level of a feature key: {text!r}")
    return level


def attribute_key(name: str, *, action: bool = False) -> str:
    """Return the key of an attribute: the escaped name, of an action behind a `'`."""
    if not action:
        return escaped(name)
    if _HEX.match(name):
        return f"''{ord(name[0]):02X}{escaped(name[1:])}"
    return "'" + escaped(name)


def level_key(attribute: str, level: str) -> str:
    """Return the key of a level of the attribute with that key; a long one is `other`."""
    if len(level) <= LONGEST_LEVEL:
        text = escaped(level)
        if len(text) <= LONGEST_LEVEL:
            return f"{attribute}({text}"
    return attribute + OTHER


def is_indicator(key: str) -> bool:
    """Return True if a feature can only be 0 or 1, so that its square is itself."""
    return all("(" in part and not _BUCKET.match(part) for part in key.split(TIMES))


def is_hashed(key: str) -> bool:
    """Return True for the bucket of undeclared attributes."""
    return _BUCKET.match(key) is not None


def vocabulary(keys: Iterable[str]) -> dict[str, frozenset[str]]:
    """Return the levels that were recorded as first seen, by attribute.

    Args:
        keys: keys `attribute(level`, the ones to keep first: of an attribute that has more than
            `MOST_LEVELS`, because several processes saw new ones at the same time, the rest is
            `other`.
    """
    found: dict[str, dict[str, None]] = {}
    for key in keys:
        attribute, _, level = key.partition("(")
        levels = found.setdefault(attribute, {})
        if len(levels) < MOST_LEVELS:
            levels[level] = None
    return {attribute: frozenset(levels) for attribute, levels in found.items()}


def text(features: Features) -> str:
    """Return the text of an encoded vector; `parsed` reads it back exactly."""
    return "*".join(
        [key if value == 1.0 else f"{key}){written(value)}" for key, value in features.items()]
    )


def written(value: float) -> str:
    """Return the shortest text of a finite number, without `+` and a needless `.0`."""
    return repr(float(value)).removesuffix(".0").replace("+", "")


def parsed(text: str) -> dict[str, float]:
    """Return the encoded vector that a text says.

    Raises:
        ValueError: it is not a text that `text` has written, or too long to be one.
    """
    if not text:
        return {}
    if len(text) > _LONGEST_TEXT:
        raise ValueError(f"{len(text)} characters are no encoded vector")
    parts = text.split("*")
    if len(parts) > _MOST_FEATURES:
        raise ValueError(f"{len(parts)} features are no encoded vector")
    features = dict(map(_feature, parts))
    if len(features) < len(parts):
        raise ValueError("a feature stands twice in an encoded vector")
    return features


def _feature(part: str) -> tuple[str, float]:
    key, closed, number = part.partition(")")
    if len(key) > _LONGEST_KEY or not _KEY.fullmatch(key):
        raise ValueError(f"no feature key: {key[:_LONGEST_KEY]!r}")
    if not closed:
        return key, 1.0
    value = float(number) if _NUMBER.fullmatch(number) else math.nan
    if not math.isfinite(value):
        raise ValueError(f"no number of a feature: {number[:64]!r}")
    return key, value


def _bytes(match: re.Match[str]) -> str:
    return "".join(f"'{byte:02X}" for byte in match[0].encode(errors="surrogatepass"))
