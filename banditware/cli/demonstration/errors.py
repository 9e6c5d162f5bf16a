"""What can end a demonstration."""

from __future__ import annotations

from banditware.errors import BanditwareError


class DemoError(BanditwareError):
    """The demonstration cannot go on; the message says why."""
