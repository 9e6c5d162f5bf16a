"""Talking to the server that Redis or Valkey Sentinel calls the master just now."""

from __future__ import annotations

from pathlib import Path

import redis
from redis.sentinel import MasterNotFoundError, Sentinel

from banditware.stores.address import Address
from banditware.stores.server import Server


class Sentinels(Server):
    """Connections of this process to the server that is written to. See `Server`.

    redis-py's client asks the sentinels for it whenever it opens a connection.
    """

    def __init__(self, address: Address, folder: Path) -> None:
        super().__init__(address, folder)
        self._sentinels: Sentinel | None = None

    def close(self) -> None:
        """See `Server.close`."""
        super().close()
        sentinels, self._sentinels = self._sentinels, None
        if sentinels is not None:
            sentinels.close()

    def after_fork(self, *, child: bool) -> None:
        """See `ForkAware.after_fork`: connections belong to the parent."""
        super().after_fork(child=child)
        if child:
            self._sentinels = None

    def _connect(self) -> redis.Redis:
        address, options, wire = self.address, self._options(), self._wire()
        login = {
            "db": 0,
            "username": address.sentinel_username or None,
            "password": address.sentinel_password or None,
        }
        asking = {**options, **login, **wire}
        self._sentinels = Sentinel(address.places, sentinel_kwargs=asking)  # type: ignore[no-untyped-call]  # theirs
        client: redis.Redis = self._sentinels.master_for(address.master, **options, **wire)  # type: ignore[no-untyped-call]  # theirs
        return client

    def _failed(self) -> None:
        """Ask the sentinels again: the server may have become a replica, or be cut off."""
        client = self._client
        if client is not None:
            client.connection_pool.disconnect(inuse_connections=False)

    def _explain(self, error: Exception) -> str:
        if not isinstance(error, MasterNotFoundError):
            return super()._explain(error)
        if "AuthenticationError" not in str(error):
            return f"no sentinel that answers knows a working master {self.address.master!r}"
        if self.address.sentinel_password:
            return "the sentinels refuse the user or the password"
        return "the sentinels want a password: add ?sentinel_password="
