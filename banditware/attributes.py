"""What a request says of its subject, from where the configuration says it stands.

Nothing a client sends can raise an error here. What is empty, too long, no finite number or not
there at all is missing; nothing is cut short, because a part may mean something else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, TypeAlias
from urllib.parse import unquote_plus

from banditware.facts import Facts
from banditware.routes import Match

#: Most characters of a value: more than any country, plan or campaign has.
LONGEST = 1_024

#: Most characters of a query string or of all cookies that are looked at: most servers take 8 KB.
LONGEST_LIST = 16_384


class Source(NamedTuple):
    """Where an attribute stands in a request.

    Attributes:
        kind: a request `header`, a `cookie` of the app, a `query` parameter or a variable of the
            route's `path`.
        name: its name; of a header in lower case.
    """

    kind: Literal["header", "cookie", "query", "path"]
    name: str


NO_SOURCES: Mapping[str, Source] = MappingProxyType({})


NOTHING: Mapping[str, Any] = MappingProxyType({})


def attributes_of(
    sources: Mapping[str, Source],
    facts: Facts,
    matches: Iterable[Match],
    otherwise: Mapping[str, Any] = NOTHING,
) -> Mapping[str, Any]:
    """Return the attributes of a request by name; each is read when it is first asked for.

    Those that are missing are not in it. Values are text, but for path variables with a converter
    to `int` or `float`.

    Args:
        sources: where each attribute stands.
        facts: what is known of the request.
        matches: the routes that match it; of two with a variable of the same name, the first.
        otherwise: attributes that hold where the request does not say otherwise.
    """
    return _Attributes(sources, facts, matches, otherwise)


class _Attributes(Mapping[str, Any]):
    """See `attributes_of`."""

    __slots__ = ("_facts", "_matches", "_otherwise", "_places", "_read", "_sources")

    def __init__(
        self,
        sources: Mapping[str, Source],
        facts: Facts,
        matches: Iterable[Match],
        otherwise: Mapping[str, Any],
    ) -> None:
        self._sources = sources
        self._facts = facts
        self._matches = matches
        self._otherwise = otherwise
        self._places: dict[str, _Look] = {}
        self._read: dict[str, Any] = {}

    def get(self, key: str, default: Any = None) -> Any:
        """Return an attribute, or the default if it is missing."""
        read = self._read
        value = read[key] if key in read else self._find(key)
        return default if value is None else value

    def __getitem__(self, key: str) -> Any:
        value = self.get(key)
        if value is None:
            raise KeyError(key)
        return value

    def __iter__(self) -> Iterator[str]:
        names = dict.fromkeys((*self._sources, *self._otherwise))
        return (name for name in names if self.get(name) is not None)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __repr__(self) -> str:
        return repr(dict(self))

    def _find(self, key: str) -> Any:
        """Return an attribute, or None, and keep it."""
        source = self._sources.get(key)
        value = None if source is None else self._look(*source)
        if not _is_sound(value):
            value = self._otherwise.get(key)
        self._read[key] = value
        return value

    def _look(self, kind: str, name: str) -> Any:
        look = self._places.get(kind)
        if look is None:
            look = self._places[kind] = _PLACES[kind](self._facts, self._matches)
        return look(name)


def _is_sound(value: Any) -> bool:
    """Tell whether conditions and policies may look at a value."""
    if isinstance(value, str):
        return 0 < len(value) <= LONGEST
    return value is not None and -_LARGEST < value < _LARGEST


#: Beyond any count and any identifier, and still a number to compute with.
_LARGEST = 1e300

#: From a name to what stands under it, or an empty text.
_Look: TypeAlias = "Callable[[str], Any]"


def _headers(facts: Facts, _matches: Iterable[Match]) -> _Look:
    return lambda name: _utf8(str(facts.header(name)))


def _cookies(facts: Facts, _matches: Iterable[Match]) -> _Look:
    """Read cookies as the app does; browsers send the one that belongs to a longer path first."""
    found: dict[str, str] = {}
    for part in _parts(facts.header("cookie"), ";"):
        name, _, value = part.partition("=")
        found.setdefault(name.strip(), value.strip())
    return lambda name: _utf8(_unquoted(found.get(name, "")))


def _query(facts: Facts, _matches: Iterable[Match]) -> _Look:
    """Read the query; of parameters of one name, the first that is not empty."""
    found: dict[str, str] = {}
    for part in _parts(facts.query, "&"):
        name, _, value = part.partition("=")
        if value:
            found.setdefault(unquote_plus(name), value)
    return lambda name: unquote_plus(_utf8(found.get(name, "")))


def _parts(text: str, separator: str) -> Iterable[str]:
    return text.split(separator) if len(text) <= LONGEST_LIST else ()


def _path(_facts: Facts, matches: Iterable[Match]) -> _Look:
    found: dict[str, Any] = {}
    for match in matches:
        for name, value in match.values.items():
            found.setdefault(name, value if isinstance(value, int | float) else str(value))
    return lambda name: found.get(name, "")


_PLACES: Mapping[str, Callable[[Facts, Iterable[Match]], _Look]] = {
    "header": _headers,
    "cookie": _cookies,
    "query": _query,
    "path": _path,
}

#: How the standard library, werkzeug and Django write what a cookie cannot hold.
_ESCAPE = re.compile(r"\\([0-3][0-7]{2}|.)", re.DOTALL)


def _unquoted(value: str) -> str:
    if len(value) < 2 or not value[0] == value[-1] == '"':
        return value
    return _ESCAPE.sub(_meant, value[1:-1])


def _meant(escape: re.Match[str]) -> str:
    text = escape[1]
    return chr(int(text, 8)) if len(text) > 1 else text


def _utf8(text: str) -> str:
    """Return text that came as latin-1, as the interfaces have it, as the UTF-8 that it may be."""
    if text.isascii():
        return text
    try:
        return text.encode("latin-1").decode()
    except UnicodeError:
        return text
