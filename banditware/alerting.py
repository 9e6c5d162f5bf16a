"""Whom to tell of alarms, as the configuration says it."""

from __future__ import annotations

from typing import NamedTuple


class Alerting(NamedTuple):
    """Whom to tell of alarms.

    Attributes:
        call: `module:function` that is called with each message; or nothing.
        webhook: URL that each message is posted to; or nothing. It may hold secrets.
        every: seconds between two looks.
    """

    call: str = ""
    webhook: str = ""
    every: float = 60.0

    @property
    def silent(self) -> bool:
        """True if nobody is told."""
        return not (self.call or self.webhook)

    def __repr__(self) -> str:
        """Leave out the address, which may hold secrets."""
        return f"Alerting(call={self.call!r}, webhook={bool(self.webhook)}, every={self.every!r})"
