"""Visits of paths where no route is: nothing of their requests is read before a view asks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from banditware.facts import Facts
from banditware.visit import Visit


class _Read:
    """The facts of a request, read when they are first asked for."""

    def __get__(self, visit: UnreadVisit, owner: type[UnreadVisit]) -> Facts:
        # In the instance from now on, where it is found first.
        reads = visit.reads[visit._ground.below_mount]  # noqa: SLF001  # it is a part of it
        facts = visit.__dict__["_facts"] = reads(visit.said)
        return facts


class UnreadVisit(Visit):
    """A visit that has not read its request yet, and mostly never does.

    Who makes one sets its `_ground`, `said`, `started` and `touched`, because a call for that would
    cost as much as all the rest of it.

    Attributes:
        reads: what reads that, for apps whose facts hold their mount point, and for others.
    """

    __init__ = object.__init__  # takes nothing: see above

    reads: tuple[Callable[[Mapping[str, Any]], Facts], Callable[[Mapping[str, Any]], Facts]]

    _facts: Facts = _Read()  # type: ignore[assignment]  # what it gives is one
