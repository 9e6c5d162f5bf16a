"""Regular expressions in the dialect of Rust's crate `regex`."""

from __future__ import annotations

import re


class Pattern:
    """A regular expression that is looked for anywhere in a text."""

    def __init__(self, source: str) -> None:
        if re.search(r"\(\?(?:<?[=!]|P=|>)|\\[1-9]", source):
            raise ValueError(f"{source!r} uses look-around or a backreference; leave it out")
        try:
            self._search = re.compile(source).search
        except re.error as error:
            raise ValueError(f"{source!r} is no regular expression: {error}") from None

    def found_in(self, text: str) -> bool:
        """Return True if the expression matches some part of the text."""
        return self._search(text) is not None
