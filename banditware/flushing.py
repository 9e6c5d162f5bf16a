"""How a flusher works."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple


class Settings(NamedTuple):
    """How a flusher works.

    Attributes:
        folder: where spools are kept; None keeps them in memory.
        refresh: seconds between two exchanges with the store.
        clock: seconds since the epoch.
        generator: draws how long to wait for a store that is away; default: one per process.
        look: looks at what may have changed outside of the store, before each exchange.
    """

    folder: Path | None = None
    refresh: float = 1.0
    clock: Callable[[], float] = time.time
    generator: random.Random | None = None
    look: Callable[[], None] = lambda: None
