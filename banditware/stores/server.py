"""Talking to a Redis or Valkey server: connections, pipelines, scripts, and what errors mean."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.exceptions import NoScriptError
from redis.retry import Retry

from banditware import forks
from banditware.errors import StoreError
from banditware.stores.address import Address

Command = tuple[str | int | float, ...]

_FOREIGN = "a key belongs to something else; choose another ?prefix="
_REFUSED = "the server refuses the user or the password"
_LACKS = (
    "the user lacks a permission; it needs ~PREFIX:* ~{PREFIX:* "
    "+@read +@write +@scripting +@connection"
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

        Scripts that the server does not know are loaded and everything is sent once more, so
        commands have to be such that this does no harm.

        Raises:
            StoreError: the server cannot be reached, or refuses one of them; others may be done.
        """
        try:
            answers = self._execute(commands)
            if any(isinstance(answer, NoScriptError) for answer in answers):
                self._execute([("SCRIPT LOAD", text) for text in _scripts().values()])
                answers = self._execute(commands)
            return [_checked(answer) for answer in answers]
        except (redis.RedisError, OSError, ValueError) as error:
            raise StoreError(self.address.public, self._explain(error)) from error

    def ask(self, command: Command) -> list[Any]:
        """Return what each server answers to a command without keys; see `send`."""
        return self.send([command])

    def _execute(self, commands: Iterable[Command]) -> list[Any]:
        client = self._client = self._client or self._connect()
        with client.pipeline(transaction=False) as pipeline:
            for command in commands:
                pipeline.execute_command(*command)  # type: ignore[no-untyped-call]  # theirs
            return list(pipeline.execute(raise_on_error=False))

    def _connect(self) -> redis.Redis:
        address = self.address
        options: dict[str, Any] = {
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
        if address.path:
            return redis.Redis(unix_socket_path=str(self._folder / address.path), **options)
        files = {"ssl_ca_certs": address.ca, "ssl_certfile": address.cert}
        files["ssl_keyfile"] = address.key or address.cert
        options |= {name: str(self._folder / file) for name, file in files.items() if file}
        secure = address.scheme == "rediss"
        return redis.Redis(address.host, address.port, ssl=secure, **options)

    def _explain(self, error: Exception) -> str:
        message = str(error)
        mend = next((mend for key, mend in _MENDS.items() if key in message.lower()), "")
        if mend:
            return mend
        if isinstance(error, redis.exceptions.AskError | redis.exceptions.ClusterError):
            return "the server is one of a cluster, which cannot be used"
        if isinstance(error, redis.TimeoutError):
            return f"no answer within {self.address.timeout:g} seconds"
        return message


def _checked(answer: Any) -> Any:
    if isinstance(answer, Exception):
        raise answer
    return answer


def script(name: str, keys: Sequence[str], *arguments: str | float) -> Command:
    """Return the command that runs one of our scripts, `lua/NAME.lua`."""
    return ("EVALSHA", _digests()[name], len(keys), *keys, *arguments)


@cache
def _scripts() -> dict[str, str]:
    folder = resources.files("banditware.stores") / "lua"
    texts = {file.name[: -len(".lua")]: file.read_text("utf-8") for file in folder.iterdir()}
    common = texts.pop("common")
    return {name: f"{common}\n{text}" for name, text in sorted(texts.items())}


@cache
def _digests() -> dict[str, str]:
    return {
        name: hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()
        for name, text in _scripts().items()
    }
