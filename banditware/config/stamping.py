"""Telling whether a file is the one that was read."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple


class Stamp(NamedTuple):
    """What tells the states of a file apart.

    Attributes:
        modified: when it was last written, in nanoseconds since the epoch.
        size: its bytes.
        number: the number of its inode: who replaces a file may keep its times.
    """

    modified: int
    size: int
    number: int


def stamp_of(path: str | Path) -> Stamp | None:
    """Return the state that a file is in, or None if it is not there."""
    try:
        found = os.stat(path)  # noqa: PTH116  # the path may be of any kind
    except (OSError, ValueError):
        return None
    return Stamp(found.st_mtime_ns, found.st_size, found.st_ino)
