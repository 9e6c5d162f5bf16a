"""Every store there is, as the tests see it: a new store is one new row of `STORES`."""

from __future__ import annotations

import copy
import itertools
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import fakeredis
import redis

from banditware.stores import Store, open_store
from banditware.stores.address import Address
from banditware.stores.memory import MemoryStore
from banditware.stores.redis import RedisStore
from banditware.stores.server import Server
from tests import redis_groups, redis_servers


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

    def pass_time(self) -> None:
        """Let backups be made of what was new or lost just now."""
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

    def pass_time(self) -> None:
        """See `World.pass_time`."""


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

    def pass_time(self) -> None:
        """See `World.pass_time`."""


class Place(Protocol):
    """A server, or several, as the tests started them."""

    def url(self, **options: str | float) -> str:
        """Return the address for a store."""
        ...

    def client(self) -> Any:
        """Return a plain client for any key."""
        ...

    def clients(self) -> list[redis.Redis]:
        """Return a plain client for each server that holds a part of the keys."""
        ...


class RedisWorld:
    """Counts under a prefix of their own at a place that other worlds use too."""

    _numbers = itertools.count()

    def __init__(self, place: Callable[[], Place], folder: Path) -> None:
        self.folder = folder
        self.prefix = f"world{next(self._numbers)}"
        self.place = place()
        self.client = self.place.client()
        self.clients = self.place.clients()

    def open(self) -> Store:
        """See `World.open`."""
        return open_store(self.place.url(prefix=self.prefix, timeout=10), self.folder)

    def save(self) -> Any:
        """See `World.save`."""
        return [
            [(key, it.pttl(key), it.dump(key)) for key in self._keys(it)] for it in self.clients
        ]

    def restore(self, saved: Any) -> None:
        """See `World.restore`."""
        for client, rows in zip(self.clients, saved, strict=True):
            for key in self._keys(client):
                client.delete(key)
            for key, life, content in rows:
                client.restore(key, max(0, life), content)

    def pass_time(self) -> None:
        """See `World.pass_time`."""
        for client in self.clients:
            for key in self._keys(client):
                if key.endswith(b":calm"):
                    client.delete(key)

    def _keys(self, client: redis.Redis) -> list[bytes]:
        return list(client.scan_iter(f"*{self.prefix}:*", count=1000))


class FakeServer(Server):
    """Commands for a server that is a part of this process."""

    def __init__(self, fake: fakeredis.FakeServer, address: Address) -> None:
        super().__init__(address, Path())
        self._fake = fake

    def _connect(self) -> redis.Redis:
        return fakeredis.FakeRedis(server=self._fake, decode_responses=True, protocol=2)


class FakeWorld(RedisWorld):
    """Counts on a server that is a part of this process."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.prefix = "banditware"
        self.fake = fakeredis.FakeServer()
        self.client = fakeredis.FakeRedis(server=self.fake)
        self.clients = [self.client]

    def open(self) -> Store:
        """See `World.open`."""
        address = Address("redis", "fake")
        return RedisStore(address, self.folder, FakeServer(self.fake, address))


REDIS: dict[str, Callable[[Path], RedisWorld]] = {
    "fakeredis": FakeWorld,
    **{
        name: partial(RedisWorld, partial(redis_servers.shared, name))
        for name in redis_servers.NAMES
    },
    "cluster": partial(RedisWorld, redis_groups.shared_cluster),
    "sentinel": partial(RedisWorld, redis_groups.shared_sentinels),
}

STORES: dict[str, Callable[[Path], World]] = {
    "memory": MemoryWorld,
    "sqlite": SQLiteWorld,
    **REDIS,
}
