"""What a store keeps of what operators change: the state of everything, and every change.

A change is let in if nobody was faster: it says which state it is made of. State and change are
kept in one atomic step, so the trail of changes has no gaps, and what was acknowledged is there
after any crash that the counts survive.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

#: Changes that are kept; the oldest are forgotten.
MOST_CHANGES = 10_000


class KeptControls(NamedTuple):
    """What a store keeps.

    Attributes:
        version: how many changes there were; 0 if none.
        text: the state after them; empty if there were none.
    """

    version: int = 0
    text: str = ""


class ControlStore(Protocol):
    """The part of a store that keeps controls. Every method raises StoreError.

    The version is also that of the ledger-like name `banditware.control.CONTROLS`, which
    `Store.exchange` answers if it is asked for, without any fields.
    """

    def read(self) -> KeptControls:
        """Return the state and its version."""
        ...

    def write(self, kept: KeptControls, change: str) -> bool:
        """Keep a state and the change that led to it, in one atomic step.

        Args:
            kept: the state, and its version: that which it was made of, and one more.
            change: the change.

        Returns:
            False if somebody else was faster; then nothing was done.
        """
        ...

    def changes(self, limit: int, before: int | None = None) -> Sequence[str]:
        """Return changes, newest first.

        Args:
            limit: how many at most.
            before: only those that led to versions below this; None for all.
        """
        ...
