"""Which of many patterns a path may match, found by its segments and not by trying them all.

What is found is tried by werkzeug afterwards, so this has to find all that match, and should find
few that do not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

T = TypeVar("T")

#: A variable of a pattern, `<converter(arguments):name>`.
_VARIABLE = re.compile(r"<([^<>]*)>")

#: What a variable begins with that may stand for several segments: the converter of paths, and
#: arguments, of which some are words with slashes.
_LONG = re.compile(r"path:|\w+\(")

#: What stands for variables while a pattern is cut at its slashes: of one segment, and of more.
_ONE, _MORE = "<", ">"


@dataclass(frozen=True, slots=True)
class _Place(Generic[T]):
    """Something that is filed.

    Attributes:
        late: True if its pattern begins with a variable.
        number: how many were filed before.
        thing: what it is.
    """

    late: bool
    number: int
    thing: T


class _Node(Generic[T]):
    """Where the patterns are that begin with the same segments.

    Attributes:
        words: the next node by the next segment.
        variable: the next node for any segment.
        ends: what is filed for paths that end here.
        longer: what is filed for paths that go on from here in any way.
    """

    __slots__ = ("ends", "longer", "variable", "words")

    def __init__(self) -> None:
        self.words: dict[str, _Node[T]] = {}
        self.variable: _Node[T] | None = None
        self.ends: list[_Place[T]] = []
        self.longer: list[_Place[T]] = []


class RouteIndex(Generic[T]):
    """Things that are filed under patterns in werkzeug's rule syntax."""

    def __init__(self) -> None:
        self._root: _Node[T] = _Node()
        self._size = 0

    def add(self, pattern: str, thing: T) -> None:
        """File something under a pattern, which begins with a slash."""
        node, place = self._root, _Place("<" in pattern.split("/", 2)[1], self._size, thing)
        self._size += 1
        for segment in _VARIABLE.sub(_short, pattern).split("/")[1:]:
            # A bracket is left where the arguments of a variable have brackets of their own.
            if _MORE in segment or "(" in segment:
                node.longer.append(place)
                return
            if _ONE in segment:
                if node.variable is None:
                    node.variable = _Node()
                node = node.variable
            else:
                node = node.words.setdefault(segment, _Node())
        node.ends.append(place)

    def of(self, path: str) -> list[T]:
        """Return what is filed under patterns that a path may match.

        In the order of filing, but with those that begin with a variable behind all others.
        """
        found: list[_Place[T]] = []
        for node in self._walked(path, found):
            found += node.ends
        found.sort(key=_order)
        return [place.thing for place in found]

    def _walked(self, path: str, found: list[_Place[T]]) -> list[_Node[T]]:
        """Return the nodes where a path may end; find on the way what goes on in any way."""
        nodes = [self._root]
        for segment in path.removeprefix("/").split("/"):
            further: list[_Node[T]] = []
            for node in nodes:
                found += node.longer
                word = node.words.get(segment)
                further += [each for each in (word, node.variable) if each is not None]
            nodes = further
            if not nodes:
                break
        return nodes


def _short(variable: re.Match[str]) -> str:
    return _MORE if _LONG.match(variable[1]) else _ONE


def _order(place: _Place[Any]) -> tuple[bool, int]:
    return place.late, place.number
