"""One thing that a changed configuration changes, and what comes of it."""

from __future__ import annotations

from typing import NamedTuple

#: What can happen: something is there that was not, or the other way round, or is another one; its
#: counts begin afresh; or it has no effect, because an operator has decided otherwise.
ADDED, GONE, CHANGED, AFRESH, OVERRIDDEN = "added", "gone", "changed", "afresh", "overridden"

#: How each of them is marked in a list.
SIGNS = {ADDED: "+", GONE: "-", CHANGED: "~", AFRESH: "!", OVERRIDDEN: "="}


class Difference(NamedTuple):
    """One thing that changes.

    Attributes:
        kind: `added`, `gone`, `changed`, `afresh` or `overridden`.
        experiment: name of the experiment; empty for what belongs to none.
        what: what it is: `experiment`, `version`, `arm red`, `policy`, ...
        before: how it was; empty if that is not known, or it was not there.
        after: how it will be; empty likewise.
        effect: what comes of it.
    """

    kind: str
    experiment: str
    what: str
    before: str
    after: str
    effect: str

    def __str__(self) -> str:
        values = " -> ".join(filter(None, (self.before, self.after)))
        head = f"{self.what}: {values}" if values else self.what
        return f"{SIGNS[self.kind]} {head}; {self.effect}"


def number(count: float, noun: str) -> str:
    """Return a count with its noun: `1 pull`, `1,204 pulls`."""
    return f"{int(count):,} {noun}{'' if count == 1 else 's'}"
