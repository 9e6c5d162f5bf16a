"""Commands that go to a server in one piece, and the scripts among them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from importlib import resources
from typing import Any

import redis
from redis.exceptions import NoScriptError

from banditware.turns import spaced

Command = tuple[str | int | float, ...]

#: Arguments that are sent in one go: what a server has to hold of a client, questions and answers,
#: stays within some hundred kilobytes, and 1,000 experiments take one or two dozen round trips.
GO = 10_000

#: Arguments that are packed between two turns of others. Each takes a microsecond or two, and the
#: lock of the interpreter.
PACKED = 250

#: Answers that are read between two turns; those with counts take some ten microseconds each.
READ = 8


def run(client: redis.Redis, commands: Sequence[Command]) -> list[Any]:
    """Send commands and return their answers, errors among them; no transaction.

    Scripts that the server does not know are loaded and everything is sent once more, so commands
    have to be such that this does no harm.

    Raises:
        redis.RedisError: the server cannot be reached; some may be done.
    """
    answers = _run(client, commands)
    if any(isinstance(answer, NoScriptError) for answer in answers):
        _run(client, [("SCRIPT LOAD", text) for text in _scripts().values()])
        answers = _run(client, commands)
    return answers


def _run(client: redis.Redis, commands: Sequence[Command]) -> list[Any]:
    return [answer for some in _pieces(commands, GO) for answer in _gone(client, some)]


def _pieces(commands: Iterable[Command], most: int) -> Iterator[list[Command]]:
    """Yield the commands, as many at a time as have about so many arguments together."""
    piece: list[Command] = []
    size = 0
    for command in commands:
        if piece and size + len(command) > most:
            yield piece
            piece, size = [], 0
        piece.append(command)
        size += len(command)
    yield piece


def _gone(client: redis.Redis, commands: Sequence[Command]) -> list[Any]:
    """Send commands in one go; others get turns while they are packed and answers are read.

    A pipeline of redis-py's own does both without a pause.
    """
    pool = client.connection_pool
    connection: Any = pool.get_connection()
    try:
        packed: list[bytes] = []
        for some in spaced(_pieces(commands, PACKED)):
            packed += connection.pack_commands(some)
        connection.send_packed_command(packed)
        return [_answer(client, connection, command) for command in spaced(commands, READ)]
    except BaseException:
        connection.disconnect()  # or who has it next would read our answers
        raise
    finally:
        pool.release(connection)


def _answer(client: redis.Redis, connection: Any, command: Command) -> Any:
    try:
        return client.parse_response(connection, command[0])  # type: ignore[no-untyped-call]  # theirs
    except redis.ResponseError as error:
        return error


def key_of(command: Command) -> str:
    """Return the key that says where a command belongs; all keys of one belong together."""
    return str(command[3 if command[0] == "EVALSHA" else 1])


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
