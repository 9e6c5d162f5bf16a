"""Reading an expression character by character, under flags."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from banditware.patterns.characters import is_space


class Reader:
    """The text of an expression and how far it has been read.

    Attributes:
        place: index of the next character.
        names: names of groups so far.
    """

    def __init__(self, source: str) -> None:
        self._source = source
        self.place = 0
        self.names: set[str] = set()

    @property
    def ended(self) -> bool:
        """True if there is nothing more to read."""
        return self.place >= len(self._source)

    @property
    def next(self) -> str:
        """The next character; there has to be one."""
        return self._source[self.place]

    def ahead(self, text: str) -> bool:
        """Return True if this text comes next."""
        return self._source.startswith(text, self.place)

    def ahead_any(self, texts: Iterable[str]) -> bool:
        """Return True if one of these comes next."""
        return any(map(self.ahead, texts))

    def skip(self, text: str) -> bool:
        """Read this text if it comes next; return whether it did."""
        found = self.ahead(text)
        if found:
            self.place += len(text)
        return found

    def take(self) -> str:
        """Return the next character and go on.

        Raises:
            ValueError: there is none.
        """
        if self.ended:
            raise self.wrong("an end in the middle")
        self.place += 1
        return self._source[self.place - 1]

    def until(self, end: str) -> str:
        """Return what comes before `end`, and read it and `end`.

        Raises:
            ValueError: there is no such end.
        """
        found = self._source.find(end, self.place)
        if found < 0:
            raise self.wrong(f"a missing {end}")
        text = self._source[self.place : found]
        self.place = found + len(end)
        return text

    def pass_space(self, flags: Flags) -> None:
        """Pass white space and comments where the flag `x` says that they mean nothing."""
        while flags.spaced and not self.ended:
            if self.next == "#":
                newline = self._source.find("\n", self.place)
                self.place = len(self._source) if newline < 0 else newline
            elif is_space(self.next):
                self.place += 1
            else:
                return

    def wrong(self, what: str) -> ValueError:
        """Return an error about what was read last."""
        return ValueError(f"{what}, at character {self.place}")


@dataclass(frozen=True, slots=True)
class Flags:
    """How an expression is understood.

    Attributes:
        any_case: flag `i`, case does not matter.
        multi_line: flag `m`, `^` and `$` mean lines.
        dot_all: flag `s`, `.` is any character.
        spaced: flag `x`, white space means nothing.
    """

    any_case: bool = False
    multi_line: bool = False
    dot_all: bool = False
    spaced: bool = False

    def changed(self, reader: Reader) -> Flags:
        """Read flags, as `i` or `s-m`, and return these with them.

        Raises:
            ValueError: there are none, or one that is not known.
        """
        flags, on, last = self, True, "-"
        seen: set[str] = set()
        while not reader.ended and reader.next not in ":)":
            last = reader.take()
            if last in seen or last not in _FLAGS:
                raise reader.wrong(_REFUSED.get(last, "look-around or a flag that is not known"))
            seen.add(last)
            if last == "-":
                on = False
            elif last == "u" and not on:
                raise reader.wrong("the flag -u, which is for bytes")
            elif _FLAGS[last]:
                flags = replace(flags, **{_FLAGS[last]: on})
        if last == "-":
            raise reader.wrong("a group without flags")
        return flags


#: Flags by letter; `u` is always on, and `U` swaps greedy and lazy, which find the same texts.
_FLAGS = {
    "i": "any_case",
    "m": "multi_line",
    "s": "dot_all",
    "x": "spaced",
    "u": "",
    "U": "",
    "-": "",
}

_REFUSED = {"R": "the flag R, which is not known here"}
