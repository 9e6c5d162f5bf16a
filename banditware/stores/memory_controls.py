"""`ControlStore` for `memory://`."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence
from itertools import islice

from banditware.stores.controls import MOST_CHANGES, KeptControls


class MemoryControls:
    """See `ControlStore`.

    Attributes:
        kept: the state and its version.
    """

    def __init__(self) -> None:
        self.kept = KeptControls()
        self._changes: deque[tuple[int, str]] = deque(maxlen=MOST_CHANGES)
        self._lock = threading.Lock()

    def read(self) -> KeptControls:
        """See `ControlStore.read`."""
        return self.kept

    def write(self, kept: KeptControls, change: str) -> bool:
        """See `ControlStore.write`."""
        with self._lock:
            if kept.version != self.kept.version + 1:
                return False
            self._changes.appendleft((kept.version, change))
            self.kept = kept
        return True

    def changes(self, limit: int, before: int | None = None) -> Sequence[str]:
        """See `ControlStore.changes`."""
        with self._lock:
            found = (text for id_, text in self._changes if before is None or id_ < before)
            return list(islice(found, limit))

    def renew(self) -> None:
        """Take a new lock: the one there is may be held by a thread that a child does not have."""
        self._lock = threading.Lock()
