"""Switching everything off from outside of the store: by the environment, or by a file.

Both work while the store is away, and for one machine or process alone.
"""

from __future__ import annotations

import os
from pathlib import Path

#: The variable that switches everything off, in the processes that have it.
VARIABLE = "BANDITWARE_KILL"

#: What such a variable says when it is meant to be off.
_OFF = frozenset({"", "0", "false", "no", "off"})


def switched_off(file: Path | None) -> str:
    """Return what switches everything off: `environment`, `file`, or nothing.

    Args:
        file: the file whose existence does it; None if the configuration names none.
    """
    if os.environ.get(VARIABLE, "").strip().lower() not in _OFF:
        return "environment"
    # Of a file that nobody may look at, nobody knows that it is there.
    return "file" if file is not None and os.path.exists(file) else ""  # noqa: PTH110  # see there
