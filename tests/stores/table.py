"""Every store there is, as the tests see it: a new store is one new row of `STORES`."""

from __future__ import annotations

import copy
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from banditware.stores import Store, open_store
from banditware.stores.memory import MemoryStore


class World(Protocol):
    """A place where counts live, from the outside."""

    def open(self) -> Store:
        """Return a handle on the counts, as another process would get it."""
        ...

    def save(self) -> Any:
        """Return a copy of everything that is stored."""
        ...

    def restore(self, saved: Any) -> None:
        """Put an older copy in place."""
        ...


class MemoryWorld:
    """Counts of this process, seen by all of its handles."""

    def __init__(self, folder: Path) -> None:
        self.store = MemoryStore()

    def open(self) -> Store:
        """See `World.open`."""
        return self.store

    def save(self) -> Any:
        """See `World.save`."""
        return copy.deepcopy(self.store._ledgers)

    def restore(self, saved: Any) -> None:
        """See `World.restore`."""
        self.store._ledgers = copy.deepcopy(saved)


class SQLiteWorld:
    """Counts in a file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "counts.db"
        self.open().check()

    def open(self) -> Store:
        """See `World.open`."""
        return open_store("sqlite:///counts.db", self.folder)

    def save(self) -> Any:
        """See `World.save`."""
        return self.path.read_bytes()

    def restore(self, saved: Any) -> None:
        """See `World.restore`."""
        older = self.path.with_name("older.db")
        older.write_bytes(saved)
        shutil.move(older, self.path)


STORES: dict[str, Callable[[Path], World]] = {"memory": MemoryWorld, "sqlite": SQLiteWorld}
