"""Telling whether a file is the one that was read."""

from __future__ import annotations

import os
from typing import NamedTuple


class Stamp(NamedTuple):
    """What tells the states of a file apart.

    Attributes:
        path: the file, absolute; not what a symbolic link leads to, because links are how files
            are replaced in containers.
        modified: when it was last written, in nanoseconds since the epoch.
        size: its bytes.
        number: the number of its inode: who replaces a file may keep its times.
    """

    path: str
    modified: int
    size: int
    number: int


def stamp_of(path: str) -> Stamp | None:
    """Return the state that a file is in, or None if it is not there."""
    try:
        found = os.stat(path)  # noqa: PTH116  # a text that nobody has looked at
        path = os.path.abspath(path)  # noqa: PTH100  # without following links
    except (OSError, ValueError):
        return None
    return Stamp(path, found.st_mtime_ns, found.st_size, found.st_ino)
