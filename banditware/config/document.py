"""A configuration as it was written: plain data, and the place of every key and value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import NoneType
from typing import Any, NamedTuple

from banditware.errors import Problem

Path = tuple[Any, ...]

#: Stands in a message for the value as it was written, so that what `${VAR}` read never shows.
WRITTEN = "\0"

#: No sensible configuration nests deeper; what does is a mistake, an attack or a cycle.
DEEPEST = 64

TOO_DEEP = f"is nested deeper than {DEEPEST} levels"

_LONGEST_ECHO = 60
_LARGEST_ECHO = 10**18


class Place(NamedTuple):
    """Where a value stands, from 1, and how it was written.

    Attributes:
        key: line and column of its key, or of itself in a list.
        value: line and column of the value.
        text: the value as it was written; of containers, what they are.
    """

    key: tuple[int, int]
    value: tuple[int, int]
    text: str


NOWHERE = (0, 0)


@dataclass(slots=True)
class Document:
    """Plain data with places, and the problems found so far.

    Attributes:
        file: name of the file as it was given, or `<mapping>`.
        data: nested dict, list and scalar values; keys are strings.
        places: the place of every value, by path, in the order of the file.
        problems: what is wrong, in the order it was found.
        spoiled: paths whose values are not what was meant; nothing more is said about them.
        fatal: True if the rest could not be read, so that checking it makes no sense.
    """

    file: str
    data: Any = None
    places: dict[Path, Place] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    spoiled: set[Path] = field(default_factory=set)
    fatal: bool = False

    def report(self, path: Path, message: str, *, at_key: bool = False) -> None:
        """Add a problem at `path`, or at the nearest of its parents that has a place."""
        place = self.places.get(self.written(path))
        line, column = NOWHERE
        if place is not None:
            line, column = place.key if at_key else place.value
            message = message.replace(WRITTEN, place.text)
        self.problems.append(Problem(self.file, line, column, dotted(path), message))

    def written(self, loc: Path) -> Path:
        """Return the path of what was written at `loc`.

        Where a single value stands for a list of one, or a name for a mapping with that name, `loc`
        has parts that the file does not have.
        """
        path: Path = ()
        for part in loc:
            if (*path, part) in self.places:
                path = (*path, part)
        return path

    def is_spoiled(self, path: Path) -> bool:
        """Tell whether nothing more should be said about `path`."""
        return any(path[:length] in self.spoiled for length in range(len(path) + 1))

    def ordered(self) -> list[Problem]:
        """Return the problems in the order of the file."""
        order = {dotted(path): index for index, path in enumerate(self.places)}
        return sorted(
            self.problems, key=lambda found: (found.line, found.column, _rank(order, found.path))
        )


def _rank(order: Mapping[str, int], path: str) -> int:
    """Return the number of a path, or of its nearest parent if it was not written itself."""
    while path and path not in order:
        path = path.rpartition(".")[0]
    return order.get(path, 0)


def dotted(path: Path) -> str:
    """Return a path as it is shown: keys and numbers of list items, joined by dots."""
    return ".".join(text if text.isprintable() else repr(text) for text in map(str, path))


def echo(value: object, text: str) -> str:
    """Return how a message shows a value that was written as `text`."""
    if isinstance(value, dict | list):
        return "a mapping" if isinstance(value, dict) else "a list"
    short = text if len(text) <= _LONGEST_ECHO else text[: _LONGEST_ECHO - 3] + "..."
    return repr(short) if isinstance(value, str) else short


def quote_it(text: str) -> str:
    """Return what to say about a key that YAML does not read as text."""
    return f"{text} is not text: a key is a name, so quote it: {text!r}"


def from_mapping(source: Mapping[Any, Any], file: str = "<mapping>") -> Document:
    """Return a document made of Python values, copied."""
    document = Document(file)
    document.data = _copy(document, source, ())
    return document


def _copy(document: Document, value: Any, path: Path) -> Any:
    if document.fatal:
        return None
    if len(path) > DEEPEST:
        document.report(path, TOO_DEEP)
        document.fatal = True
        return None
    if isinstance(value, Mapping):
        return _copy_mapping(document, value, path)
    items = isinstance(value, list | tuple)
    document.places[path] = Place(NOWHERE, NOWHERE, echo([] if items else value, _text(value)))
    if items:
        return [_copy(document, item, (*path, index)) for index, item in enumerate(value)]
    return value


def _copy_mapping(document: Document, value: Mapping[Any, Any], path: Path) -> dict[str, Any]:
    document.places[path] = Place(NOWHERE, NOWHERE, echo({}, ""))
    result: dict[str, Any] = {}
    for key, item in value.items():
        inner = (*path, _text(key))
        result[inner[-1]] = _copy(document, item, inner)
        if not isinstance(key, str):
            document.report(inner, quote_it(inner[-1]), at_key=True)
            document.spoiled.add(inner)
    return result


def _text(value: object) -> str:
    """Return a scalar as text, and only the type of what might not have a short one."""
    if isinstance(value, int) and abs(value) >= _LARGEST_ECHO:
        return "a large number"
    return str(value) if isinstance(value, str | int | float | NoneType) else type(value).__name__
