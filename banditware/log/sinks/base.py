"""What a sink is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, TypeAlias

from banditware.errors import BanditwareError
from banditware.events.writing import Written

#: Told of an event that a sink does not take, and why.
Refuse: TypeAlias = Callable[[BaseException], None]


class UnusableError(BanditwareError):
    """There can be no such sink; the message says why and how to mend it."""


class Sink(Protocol):
    """Takes events, on a thread of the decision log's own."""

    def write(self, events: Sequence[Written], refuse: Refuse) -> int:
        """Take events; return how many of the first ones need not be brought again.

        Args:
            events: one or more events.
            refuse: told of each of these that is lost.

        Raises:
            Exception: none could be taken just now: they are to be brought again, later.
        """
        ...

    def close(self) -> None:
        """Let go of what is open. May be used again."""
        ...
