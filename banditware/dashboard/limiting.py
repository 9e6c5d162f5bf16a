"""How often somebody may try a token that is wrong."""

from __future__ import annotations

import threading
from collections.abc import Callable

#: Seconds that are looked at together.
PERIOD = 60.0

#: Wrong tokens of one client, and of all, in that time. A proxy that hides its clients is one.
OF_ONE, OF_ALL = 10, 100


class Limiter:
    """Counts wrong tokens. Keep one per process; any thread may ask.

    What is counted is forgotten after `PERIOD`, and there is never more of it than `OF_ALL`.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        """Begin with none; the clock tells seconds since the epoch."""
        self._clock = clock
        self._lock = threading.Lock()
        self._since = float("-inf")
        self._tries: dict[str, int] = {}

    def tries(self, client: str) -> bool:
        """Note that a client tries a token; return False if it may not."""
        with self._lock:
            now = self._clock()
            if not self._since <= now < self._since + PERIOD:
                self._since = now
                self._tries.clear()
            tried = self._tries.get(client, 0)
            if tried >= OF_ONE or sum(self._tries.values()) >= OF_ALL:
                return False
            self._tries[client] = tried + 1
            return True

    def succeeded(self, client: str) -> None:
        """Take back the last try of a client: its token was right."""
        with self._lock:
            left = self._tries.get(client, 0) - 1
            if left > 0:
                self._tries[client] = left
            else:
                self._tries.pop(client, None)
