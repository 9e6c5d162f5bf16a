"""Regular expressions in the dialect of Rust's crate `regex`, in linear time.

Rules of Eppo's flags are written for that dialect, and what they are held against comes from
visitors. Python's own `re` reads some expressions otherwise (`$` before a last line break, `a++`),
and one such as `(a+)+$` may keep it busy for hours. So there is a small engine of our own: `syntax`
reads the dialect, `automaton` answers whether some part of a text matches. As in Rust there is no
look-around and no backreference.
"""

from __future__ import annotations

from banditware.patterns.automaton import Automaton
from banditware.patterns.syntax import parsed


class Pattern:
    """A regular expression that is looked for anywhere in a text.

    Args:
        source: the expression.

    Raises:
        ValueError: it is none of this dialect, or too large; the message says where and why.
    """

    __slots__ = ("_automaton", "source")

    def __init__(self, source: str) -> None:
        self.source = source
        try:
            self._automaton = Automaton(parsed(source))
        except ValueError as error:
            raise ValueError(f"{source!r} is no regular expression: {error}") from None

    def found_in(self, text: str) -> bool:
        """Return True if the expression matches some part of the text."""
        return self._automaton.accepts(text)
