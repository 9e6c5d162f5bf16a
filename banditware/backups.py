"""Backups of ledgers in the folder of the spools: two of each ledger, the newest and one before.

The older one decides when a spool may be deleted: when it holds every record of it. The newer one
is what a store gets back that lost more than the spools can make up for.

A file has two lines, each with its checksum: which state it is, and the state.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from banditware.framing import frame, payload_of
from banditware.stores.base import Backup, Mark

SUFFIX = ".backup"
OLDER = ".backup.old"

#: Raised when files change so that an older banditware could not read them.
_SCHEMA = 1


class Head(NamedTuple):
    """Which backup a file holds.

    Attributes:
        mark: the state of the ledger.
        time: when it was written, in seconds since the epoch.
        spools: how many spools it has positions of.
    """

    mark: Mark
    time: float
    spools: int = 0


class Kept(NamedTuple):
    """The backups of one ledger.

    Attributes:
        newest: the newest.
        floor: the one that decides which spools may be deleted; None if there is only the newest.
    """

    newest: Head
    floor: Head | None


class Backups:
    """The files. Only who holds the lock of the folder may write them.

    Attributes:
        folder: where they are.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def kept(self, ledger: str) -> Kept | None:
        """Return which backups of a ledger there are; None if there is none that can be read."""
        newest, older = (_head(self._path(ledger, suffix)) for suffix in (SUFFIX, OLDER))
        if newest is not None:
            return Kept(newest, older)
        return Kept(older, older) if older is not None else None

    def load(self, ledger: str) -> Backup | None:
        """Return the newest backup of a ledger that can be read."""
        found = (_backup(ledger, self._path(ledger, suffix)) for suffix in (SUFFIX, OLDER))
        return next((backup for backup in found if backup is not None), None)

    def positions(self, ledger: str) -> Mapping[str, int]:
        """Return the positions of the backup that decides which spools may be deleted."""
        backup = _backup(ledger, self._path(ledger, OLDER))
        return backup.positions if backup is not None else {}

    def write(self, backup: Backup, now: float) -> None:
        """Keep a backup; the newest becomes the older one.

        Raises:
            OSError: it cannot be written; what was there is still there.
        """
        path = self._path(backup.ledger, SUFFIX)
        fresh = self._path(backup.ledger, f"{SUFFIX}.new")
        fresh.write_bytes(_encoded(backup, now))
        fresh.chmod(0o600)
        if _head(path) is not None:
            path.replace(self._path(backup.ledger, OLDER))
        fresh.replace(path)

    def drop(self, ledger: str, *, older: bool) -> None:
        """Delete the newest backup of a ledger, and the older one as well if so told."""
        self._path(ledger, SUFFIX).unlink(missing_ok=True)
        if older:
            self._path(ledger, OLDER).unlink(missing_ok=True)

    def _path(self, ledger: str, suffix: str) -> Path:
        return self.folder / f"{ledger}{suffix}"


def _encoded(backup: Backup, now: float) -> bytes:
    spools = len(backup.positions)
    head = {"schema": _SCHEMA, "mark": backup.mark, "time": now, "spools": spools}
    body = {"fields": dict(backup.fields), "positions": dict(backup.positions)}
    return b"".join(frame(json.dumps(line).encode())[1:] for line in (head, body))


def _head(path: Path) -> Head | None:
    try:
        with path.open("rb") as file:
            line = _decoded(file.readline())
    except (OSError, ValueError):
        return None
    if line["schema"] != _SCHEMA:
        return None
    return Head(Mark(*line["mark"]), line["time"], line.get("spools", 0))


def _backup(ledger: str, path: Path) -> Backup | None:
    head = _head(path)
    if head is None:
        return None
    try:
        with path.open("rb") as file:
            file.readline()
            body = _decoded(file.readline())
    except (OSError, ValueError):
        return None
    return Backup(ledger, head.mark, body["fields"], body["positions"])


def _decoded(line: bytes) -> Any:
    return json.loads(payload_of(line.rstrip(b"\n")))
