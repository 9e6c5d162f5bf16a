"""Files and folders: can they be written, on what are they, how much is left."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from banditware.backlog import Backlog
from banditware.doctor.findings import Case, Facts, Level, Rule
from banditware.filespool import SpoolFile

#: Where Linux says what is mounted where.
MOUNTS = Path("/proc/self/mountinfo")

#: Kinds of file systems on which several hosts write, or whose locks cannot be trusted.
NETWORK = frozenset(
    {
        *("nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "glusterfs", "lustre"),
        *("gpfs", "ocfs2", "gfs2", "beegfs", "fuse.sshfs", "fuse.glusterfs", "fuse.s3fs"),
        *("fuse.gcsfuse", "fuse.rclone", "fuse.blobfuse2"),
    }
)

#: Kinds that end with the machine or the container.
FLEETING = frozenset({"tmpfs", "ramfs", "overlay", "aufs"})

#: Bytes below which there is no room, and little room.
NO_ROOM, LITTLE_ROOM = 64 << 20, 1 << 30

#: Seconds after which what was recorded should have got into the store.
LATE = 60.0


def filesystem(path: Path, mounts: str) -> str:
    """Return the kind of file system that a path is on.

    Args:
        path: the path; it need not be there.
        mounts: what Linux says in `MOUNTS`.

    Raises:
        ValueError: it does not say.
    """
    place = path.resolve()
    found, length = "", -1
    for line in mounts.splitlines():
        ahead, _, behind = line.partition(" - ")
        point = Path(ahead.split()[4].replace("\\040", " "))
        # Later mounts hide earlier ones of the same place.
        if (place == point or point in place.parents) and len(point.parts) >= length:
            found, length = behind.split()[0], len(point.parts)
    if not found:
        raise ValueError("this system does not say what is mounted where")
    return found


def gather(path: Path, mounts: Path = MOUNTS) -> Facts:
    """Return what a file or folder is on and how much is left there."""
    known: dict[str, Any] = {"path": path}
    missing: dict[str, str] = {}
    try:
        known["filesystem"] = filesystem(path, mounts.read_text("utf-8", "replace"))
    except (OSError, ValueError, IndexError) as error:
        missing["filesystem"] = str(error)
    there = next(each for each in (path, *path.parents) if each.exists())
    known["free"] = shutil.disk_usage(there).free
    return Facts(known, missing)


def spool_facts(folder: Path, backlog: Backlog | None, now: float) -> Facts:
    """Return what is the matter with a folder of spools.

    Args:
        folder: the folder; nothing is left behind in it, and it is not made.
        backlog: what waits in it, or None if that is not known.
        now: seconds since the epoch.
    """
    known: dict[str, Any] = {"folder": folder, "trouble": _trouble(folder)}
    if backlog is None:
        return Facts(known, {"records": "the store does not say how far it has got"})
    age = now - backlog.oldest if backlog.spools else 0.0
    return Facts({**known, **backlog._asdict(), "age": age})


def _trouble(folder: Path) -> str:
    """Return why a folder cannot hold spools, or nothing."""
    if not folder.exists():
        usable = os.access(folder.parent, os.W_OK | os.X_OK)
        return "" if usable else f"{folder.parent} cannot be written"
    try:
        file = SpoolFile.create(folder)
        try:
            os.write(file.fd, b"\n")
        finally:
            file.path.unlink()
            file.close()
    except OSError as error:
        return str(error.strerror)
    return ""


def _on(kinds: frozenset[str]) -> Any:
    def holds(facts: Mapping[str, Any]) -> bool:
        return facts["filesystem"] in kinds

    return holds


DISK_RULES = (
    Rule(
        "file system",
        ("filesystem",),
        (
            Case(
                Level.DANGER,
                _on(NETWORK),
                "{path} is on a network file system ({filesystem})",
                "its locks cannot be trusted, so counts may be damaged or counted twice",
                "use a local disk, or a Redis server for several hosts",
            ),
            Case(
                Level.WARNING,
                _on(FLEETING),
                "{path} is on {filesystem}",
                "it ends with the machine or the container, and with it what it holds",
                "use a disk or a volume that stays",
            ),
        ),
        "{path} is on {filesystem}",
    ),
    Rule(
        "free disk",
        ("free",),
        (
            Case(
                Level.DANGER,
                lambda facts: facts["free"] < NO_ROOM,
                "{free:,} bytes are free at {path}",
                "what cannot be written is kept in memory, and lost when that is full as well",
                "make room",
            ),
            Case(
                Level.WARNING,
                lambda facts: facts["free"] < LITTLE_ROOM,
                "{free:,} bytes are free at {path}",
                "records wait there while the store is away",
                "make room",
            ),
        ),
        "{free:,} bytes are free at {path}",
    ),
)

SPOOL_RULES = (
    Rule(
        "spool",
        ("trouble",),
        (
            Case(
                Level.DANGER,
                lambda facts: bool(facts["trouble"]),
                "{folder} cannot be used: {trouble}",
                "records are then kept in memory, and a worker that is killed loses them",
                "let the user of the app write there, or name another folder",
            ),
        ),
        "{folder} can be written by this user",
    ),
    Rule(
        "backlog",
        ("records",),
        (
            Case(
                Level.WARNING,
                lambda facts: facts["unreadable"] > 0,
                "{unreadable} spools in {folder} cannot be read by this user",
                "nobody knows what waits in them",
                "run this as the user of the app",
            ),
            Case(
                Level.WARNING,
                lambda facts: facts["records"] > 0 and facts["age"] > LATE,
                "{records:,} records ({size:,} bytes) wait in {spools} spools, the oldest for "
                "{age:,.0f} seconds",
                "no process of this host has carried them to the store",
                "start the app, or carry them by: banditware stats CONFIG",
            ),
        ),
        "{records:,} records wait in {spools} spools",
    ),
)
