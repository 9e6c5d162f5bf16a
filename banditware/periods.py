"""What is done once in a while."""

from __future__ import annotations


class Every:
    """Says once in a period that it is time; a clock that is set back does not make it wait."""

    __slots__ = ("_last", "_period")

    def __init__(self, period: float) -> None:
        self._period = period
        self._last: float | None = None

    def due(self, now: float) -> bool:
        """Return True if the period has passed since it was last due."""
        if self._last is not None and self._last <= now < self._last + self._period:
            return False
        self._last = now
        return True
