"""What waits in the spools of a folder: recorded, and not in the store yet."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from banditware.drain import CHUNK
from banditware.filespool import SUFFIX, SpoolFile
from banditware.stores.base import Store


class Backlog(NamedTuple):
    """What waits.

    Attributes:
        spools: files in which something waits.
        records: how many records.
        size: their bytes.
        oldest: when the first of these files was last written, in seconds since the epoch, or 0.
        unreadable: files that cannot be read.
    """

    spools: int = 0
    records: int = 0
    size: int = 0
    oldest: float = 0.0
    unreadable: int = 0


def backlog(store: Store, folder: Path) -> Backlog:
    """Return what waits in a folder; nothing is changed, and no lock is taken.

    Raises:
        StoreError: the store cannot be reached.
    """
    found = Backlog()
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        try:
            file = SpoolFile(path, os.O_RDONLY)
        except FileNotFoundError:
            continue
        except OSError:
            found = found._replace(unreadable=found.unreadable + 1)
            continue
        with contextlib.closing(file):
            sizes = list(_waiting(file, store.positions(file.id)))
            written = os.fstat(file.fd).st_mtime
        if sizes:
            found = Backlog(
                found.spools + 1,
                found.records + len(sizes),
                found.size + sum(sizes),
                min(found.oldest or written, written),
                found.unreadable,
            )
    return found


def _waiting(file: SpoolFile, positions: Mapping[str, int]) -> Iterator[int]:
    """Yield the sizes of the records that come after the position of their ledger."""
    at = 0
    while data := file.read(at, CHUNK, final=True).data:
        for line in data.split(b"\n"):
            ledger = line[9 : max(9, line.find(b"\t", 9))].decode(errors="replace")
            if line and at >= positions.get(ledger, 0):
                yield len(line)
            at += len(line) + 1
        at -= 1
