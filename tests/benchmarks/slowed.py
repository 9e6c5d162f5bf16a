"""Makes the returning visitor's path about 10 % dearer: a module for `instructions.py --first`."""

from __future__ import annotations

from banditware.visit import Visit

#: Look-ups of this number take about a tenth of what banditware takes for a returning visitor.
LOOKUPS = 8

TABLE = {"name": 1}

_choose = Visit.choose


def choose(visit: Visit) -> None:
    """Choose as ever, after looking things up that nobody needs."""
    for _ in range(LOOKUPS):
        TABLE.get("name")
    _choose(visit)


Visit.choose = choose  # type: ignore[assignment, method-assign]  # which is what a careless change does
