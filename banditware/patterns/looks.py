r"""Places in a text and the sets that need no name: `^`, `$`, `\b` and their like, and `.`."""

from __future__ import annotations

from collections.abc import Callable

from banditware.patterns.characters import is_word

Holds = Callable[[str, str], bool]


def any_character(_: str) -> bool:
    """Return True."""
    return True


def not_line_break(character: str) -> bool:
    """Return True for all but a line feed."""
    return character != "\n"


def _word(character: str) -> bool:
    return bool(character) and is_word(character)


def _at_start(before: str, _: str) -> bool:
    return not before


def _at_end(_: str, after: str) -> bool:
    return not after


def _at_line_start(before: str, _: str) -> bool:
    return before in {"", "\n"}


def _at_line_end(_: str, after: str) -> bool:
    return after in {"", "\n"}


def _at_edge(before: str, after: str) -> bool:
    return _word(before) is not _word(after)


def _off_edge(before: str, after: str) -> bool:
    return _word(before) is _word(after)


def _at_word_start(before: str, after: str) -> bool:
    return not _word(before) and _word(after)


def _at_word_end(before: str, after: str) -> bool:
    return _word(before) and not _word(after)


def _before_word(before: str, _: str) -> bool:
    return not _word(before)


def _behind_word(_: str, after: str) -> bool:
    return not _word(after)


#: `^` and `$`, by whether they mean lines.
ENDS: dict[tuple[str, bool], Holds] = {
    ("^", False): _at_start,
    ("$", False): _at_end,
    ("^", True): _at_line_start,
    ("$", True): _at_line_end,
}

#: Places by what follows the backslash.
PLACES: dict[str, Holds] = {
    "A": _at_start,
    "z": _at_end,
    "b": _at_edge,
    "B": _off_edge,
    "<": _at_word_start,
    ">": _at_word_end,
    "{start}": _at_word_start,
    "{end}": _at_word_end,
    "{start-half}": _before_word,
    "{end-half}": _behind_word,
}

#: What may follow `\\b`.
HALVES = ("{start}", "{end}", "{start-half}", "{end-half}")
