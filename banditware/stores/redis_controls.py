"""`ControlStore` for Redis and Valkey: a hash for the state and a list of changes beside it."""

from __future__ import annotations

from collections.abc import Sequence

from banditware.stores.controls import MOST_CHANGES, KeptControls
from banditware.stores.pipeline import script
from banditware.stores.server import Server


class RedisControls:
    """See `ControlStore`."""

    def __init__(self, server: Server, key: str) -> None:
        """Prepare.

        Args:
            server: talks to the server.
            key: the key of the ledger-like name.
        """
        self._server = server
        self._key = key
        self._trail = f"{key}:changes"

    def read(self) -> KeptControls:
        """See `ControlStore.read`."""
        (answer,) = self._server.send([("HMGET", self._key, "#version", "@state")])
        version, text = answer
        return KeptControls(int(version or 0), text or "")

    def write(self, kept: KeptControls, change: str) -> bool:
        """See `ControlStore.write`."""
        keys = [self._key, self._trail]
        command = script("control", keys, kept.version, kept.text, change, MOST_CHANGES)
        (answer,) = self._server.send([command])
        return bool(answer)

    def changes(self, limit: int, before: int | None = None) -> Sequence[str]:
        """See `ControlStore.changes`."""
        (found,) = self._server.send(
            [script("changes", [self._key, self._trail], limit, before or 0)]
        )
        return [str(text) for text in found]
