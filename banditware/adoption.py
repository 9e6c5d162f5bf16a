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
from banditware.spool import Drained
from banditware.stores.base import Store

#: Seconds to wait for others who drain.
PATIENCE = 5.0

_PAUSE = 0.01


@contextlib.contextmanager
def locked(folder: Path | None, patience: float = 0.0) -> Iterator[bool]:
    """Hold the lock of a spool folder, as far as there is one.

    Args:
        folder: the folder, or None for spools in memory, which nobody else can see. The lock of a
            folder that does not exist cannot be had.
        patience: seconds to try.

    Yields:
        True if the lock is held.
    """
    if folder is None or not folder.is_dir():
        yield folder is None
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


class Orphans:
    """The spools of a folder that are not this process's own.

    Those of dead processes are drained and stay, in case the store loses something, until somebody
    calls `delete`; those of living ones are drained on demand. Only who holds the lock of the
    folder may call this.

    Attributes:
        folder: the folder.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._drains: dict[str, Drain] = {}

    def drain(self, store: Store, *, own: Collection[str], living: bool = False) -> int:
        """Apply what is not in the store, be it new or lost.

        Args:
            store: where to.
            own: ids of the spools of this process.
            living: apply the spools of living processes too, as far as they are written.

        Returns:
            the number of damaged lines.

        Raises:
            StoreError: the store cannot be reached, or a spool cannot be read.
        """
        damaged = 0
        unreadable = ""
        paths = {path.name[: -len(SUFFIX)]: path for path in self.folder.glob(f"*{SUFFIX}")}
        self._drains = {id_: drain for id_, drain in self._drains.items() if id_ in paths}
        for id_ in sorted(paths.keys() - set(own)):
            path = paths[id_]
            try:
                with _opened(path) as file:
                    damaged += self._apply(store, file, living=living)
            except FileNotFoundError:
                continue
            except OSError as error:
                unreadable = f"the spool {path} cannot be read: {error.strerror}"
        if unreadable:
            raise StoreError(store.url, unreadable)
        return damaged

    def _apply(self, store: Store, file: SpoolFile, *, living: bool) -> int:
        dead = file.claim()
        if not (dead or living):
            return 0
        positions = store.positions(file.id)
        drain = self._drains.get(file.id) or Drain(file, positions)
        drain.source = file
        drain.rewind(positions)
        before = drain.damaged
        drain.run(store, {}, final=dead)
        if dead:
            self._drains[file.id] = drain
        return drain.damaged - before

    def drained(self) -> list[Drained]:
        """Return the spools of dead processes that were drained, as far as this process knows."""
        return [Drained(id_, drain.cursor, drain.positions) for id_, drain in self._drains.items()]

    def delete(self, store: Store, spool: Drained) -> None:
        """Delete a spool that was drained, unless the store lost something of it meanwhile."""
        drain = self._drains.pop(spool.id)
        with contextlib.suppress(FileNotFoundError):
            with _opened(self.folder / f"{spool.id}{SUFFIX}") as file:
                drain.rewind(store.positions(spool.id))
                if not file.claim() or drain.cursor < file.size():
                    return
                file.path.unlink()
            store.release(spool.id)


def _opened(path: Path) -> contextlib.closing[SpoolFile]:
    return contextlib.closing(SpoolFile(path, os.O_RDONLY))
