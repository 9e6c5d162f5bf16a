"""Talking to a Redis or Valkey server: connections, and what errors mean."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.exceptions import ClusterDownError
from redis.retry import Retry

from banditware import forks
from banditware.errors import StoreError
from banditware.stores.address import Address, Place
from banditware.stores.pipeline import Command, run

#: What happens for a moment while a cluster gives a slot from one node to another.
MOVING = "the cluster is moving keys just now; it is tried again"

_FOREIGN = "a key belongs to something else; choose another ?prefix="
_REFUSED = "the server refuses the user or the password"
_LACKS = (
    "the user lacks a permission; it needs ~PREFIX:* ~{PREFIX:* "
    "+@read +@write +@scripting +@connection, in a cluster +cluster|slots as well"
)

#: What a server says, in small letters, and what to do about it.
_MENDS = {
    "banditware newer": "these counts were written by a newer banditware; upgrade this one",
    "banditware foreign": _FOREIGN,
    "wrongtype": _FOREIGN,
    "authentication required": "the server wants a password: write :PASSWORD@ before the host",
    "invalid username-password": _REFUSED,
    "without any password configured": "the server has no password; leave it out",
    "no permissions": _LACKS,
    "acl failure": _LACKS,
    "can't run this command": _LACKS,
    "read only replica": "this server is a replica; name the one that is written to",
    "maxmemory": "the server's memory is full; raise maxmemory",
    "db index": "the server has no database of this number",
    "during rehashing of slot": MOVING,
    "cluster support disabled": "the server is no cluster: write redis:// (or rediss://)",
}


class Server(forks.ForkAware):
    """Connections of this process to one server, opened when they are needed.

    Attributes:
        address: where it is.
    """

    def __init__(self, address: Address, folder: Path) -> None:
        """Prepare; nothing is opened yet.

        Args:
            address: where it is.
            folder: what the paths of certificates are relative to.
        """
        self.address = address
        self._folder = folder
        self._client: redis.Redis | None = None
        forks.watch(self)

    def after_fork(self, *, child: bool) -> None:
        """See `ForkAware.after_fork`: connections belong to the parent."""
        if child:
            self._client = None

    def close(self) -> None:
        """Close all connections; the next command opens new ones."""
        client, self._client = self._client, None
        if client is not None:
            client.close()

    def send(self, commands: Sequence[Command]) -> list[Any]:
        """Send commands in one go and return their answers; they are no transaction.

        They may be sent twice (see `pipeline.run`).

        Raises:
            StoreError: the server cannot be reached, or refuses one of them; others may be done.
        """
        return self._told(lambda: self._execute(commands))

    def ask(self, command: Command) -> list[Any]:
        """Return what each server answers to a command without keys; see `send`."""
        return self._told(lambda: self._everywhere(command))

    def _told(self, execute: Callable[[], Sequence[Any]]) -> list[Any]:
        try:
            return [_checked(answer) for answer in execute()]
        except (redis.RedisError, OSError, ValueError) as error:
            self._failed()
            message, passing = self._explain(error), _passing(error)
            raise StoreError(self.address.public, message, passing=passing) from error

    def _everywhere(self, command: Command) -> Sequence[Any]:
        """Return the answer of each server, errors among them."""
        return self._execute([command])

    def _execute(self, commands: Sequence[Command]) -> list[Any]:
        """Return the answers, errors among them."""
        client = self._client = self._client or self._connect()
        return run(client, commands)

    def _failed(self) -> None:
        """Forget what may be why; redis-py itself forgets connections that broke."""

    def _connect(self) -> redis.Redis:
        address = self.address
        if address.path:
            path = str(self._folder / address.path)
            return redis.Redis(unix_socket_path=path, **self._options())
        return self._connect_to((address.host, address.port))

    def _connect_to(self, place: Place) -> redis.Redis:
        host, port = place
        return redis.Redis(host, port, **self._options(), **self._wire())

    def _options(self) -> dict[str, Any]:
        """Return what redis-py has to know of every connection."""
        address = self.address
        return {
            "db": address.db,
            "username": address.user or None,
            "password": address.password or None,
            "socket_timeout": address.timeout,
            "socket_connect_timeout": address.timeout,
            # A command that is sent again behind our back would hide from us what happened.
            "retry": Retry(NoBackoff(), 0),
            "retry_on_error": [],
            "decode_responses": True,
            "protocol": 2,
        }

    def _wire(self) -> dict[str, Any]:
        """Return what redis-py has to know of connections over TLS."""
        address = self.address
        if not address.secure:
            return {}
        files = {"ssl_ca_certs": address.ca, "ssl_certfile": address.cert}
        files["ssl_keyfile"] = address.key or address.cert
        given = {name: str(self._folder / file) for name, file in files.items() if file}
        return {"ssl": True, **given}

    def _explain(self, error: Exception) -> str:
        message = str(error)
        mend = next((mend for key, mend in _MENDS.items() if key in message.lower()), "")
        if mend:
            return mend
        if isinstance(error, redis.exceptions.AskError | redis.exceptions.ClusterError):
            return self._astray(error)
        if isinstance(error, redis.TimeoutError):
            return f"no answer within {self.address.timeout:g} seconds"
        return message

    def _astray(self, _error: Exception) -> str:
        """Return what it means that a server of a cluster does not hold a key."""
        return "the server is one of a cluster: write redis+cluster:// (or rediss+cluster://)"


#: What is raised when nobody answers, or nobody who may; being refused is one of them, too.
_AWAY = (redis.ConnectionError, redis.TimeoutError, ClusterDownError, OSError)


def _passing(error: Exception) -> bool:
    """Return True if waiting may mend it."""
    return isinstance(error, _AWAY) and not isinstance(error, redis.AuthenticationError)


def _checked(answer: Any) -> Any:
    if isinstance(answer, Exception):
        raise answer
    return answer
