"""What an expression is made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

#: Tells whether a character is one of a set.
Member: TypeAlias = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Character:
    """One character of a set."""

    member: Member


@dataclass(frozen=True, slots=True)
class Look:
    """A place between two characters.

    Attributes:
        holds: answers for the characters before and after the place; empty text at the ends.
    """

    holds: Callable[[str, str], bool]


@dataclass(frozen=True, slots=True)
class Sequence:
    """One after the other; an empty one matches the empty text."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """Any of them."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """The same several times.

    Attributes:
        part: what is repeated.
        least: how often at least.
        most: how often at most; None for no limit.
    """

    part: Node
    least: int
    most: int | None


Node: TypeAlias = "Character | Look | Sequence | Choice | Repeat"
