"""Spools of processes that are no more.

Who drains a spool that is not his own, and who deletes one, holds the lock of the folder. Without
it a spool could be deleted, and its positions forgotten, between another process's reading and its
applying, which would then count from the beginning once more.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Collection, Iterator
from pathlib import Path

from banditware.drain import Drain
from banditware.errors import StoreError
from banditware.filespool import SUFFIX, Handle, SpoolFile
from banditware.stores.base import Store

#: Seconds to wait for others who drain.
PATIENCE = 5.0

_PAUSE = 0.01


@contextlib.contextmanager
def locked(folder: Path | None, patience: float = 0.0) -> Iterator[bool]:
    """Hold the lock of a spool folder, as far as there is one.

    Args:
        folder: the folder, or None for spools in memory, which nobody else can see.
        patience: seconds to try.

    Yields:
        True if the lock is held.
    """
    if folder is None:
        yield True
        return
    handle = Handle(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        tries = int(patience / _PAUSE)
        while not (held := handle.claim()) and tries > 0:
            time.sleep(_PAUSE)
            tries -= 1
        yield held
    finally:
        handle.close()


def adopt(store: Store, folder: Path, *, own: Collection[str]) -> int:
    """Drain and delete the spools whose process is dead; do nothing if somebody else is at it.

    Args:
        store: where to.
        folder: where the spools are.
        own: ids of the spools of this process.

    Returns:
        the number of damaged lines.

    Raises:
        StoreError: the store cannot be reached.
    """
    if not folder.is_dir():
        return 0
    with locked(folder) as held:
        return _drain(store, folder, own, living=False) if held else 0


def drain_all(store: Store, folder: Path, *, own: Collection[str]) -> int:
    """Drain every spool of a folder, those of living processes too, as far as they are written.

    Args and returns are those of `adopt`.

    Raises:
        StoreError: the store cannot be reached, or others drain for longer than is bearable.
    """
    if not folder.is_dir():
        return 0
    with locked(folder, PATIENCE) as held:
        if not held:
            raise StoreError(store.url, f"other processes keep draining {folder}; try again")
        return _drain(store, folder, own, living=True)


def _drain(store: Store, folder: Path, own: Collection[str], *, living: bool) -> int:
    damaged = 0
    unreadable = ""
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        if path.name[: -len(SUFFIX)] in own:
            continue
        try:
            file = SpoolFile(path, os.O_RDONLY)
        except FileNotFoundError:
            continue
        except OSError as error:
            unreadable = f"the spool {path} cannot be read: {error.strerror}"
            continue
        with contextlib.closing(file):
            dead = file.claim()
            if dead or living:
                damaged += _apply(store, file, dead=dead)
    if unreadable:
        raise StoreError(store.url, unreadable)
    return damaged


def _apply(store: Store, file: SpoolFile, *, dead: bool) -> int:
    drain = Drain(file, store.positions(file.id))
    drain.run(store, {}, final=dead)
    if dead:
        file.path.unlink(missing_ok=True)
        store.release(file.id)
    return drain.damaged
