"""Commands that go to a server in one piece, and the scripts among them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from importlib import resources
from typing import Any

import redis
from redis.exceptions import NoScriptError

from banditware.turns import asked, spaced

Command = tuple[str | int | float, ...]

#: Arguments that are packed, and answers to them that are read, between two turns of others. Both
#: take a few microseconds each, and the lock of the interpreter.
GO = 500


def run(client: redis.Redis, commands: Sequence[Command]) -> list[Any]:
    """Send commands and return their answers, errors among them; no transaction.

    They go in one go where nobody has to be considered (see `banditware.turns`), and otherwise in
    as many as are packed and read in a slice of time. Scripts that the server does not know are
    loaded and everything is sent once more, so commands have to be such that this does no harm.

    Raises:
        redis.RedisError: the server cannot be reached; some may be done.
    """
    answers = _run(client, commands)
    if any(isinstance(answer, NoScriptError) for answer in answers):
        _run(client, [("SCRIPT LOAD", text) for text in _scripts().values()])
        answers = _run(client, commands)
    return answers


def _run(client: redis.Redis, commands: Sequence[Command]) -> list[Any]:
    if asked() is None:
        return _gone(client, commands)
    return [answer for some in spaced(_pieces(commands)) for answer in _gone(client, some)]


def _pieces(commands: Iterable[Command]) -> Iterator[list[Command]]:
    """Yield the commands, as many at a time as have about `GO` arguments together."""
    piece: list[Command] = []
    size = 0
    for command in commands:
        if piece and size + len(command) > GO:
            yield piece
            piece, size = [], 0
        piece.append(command)
        size += len(command)
    yield piece


def _gone(client: redis.Redis, commands: Sequence[Command]) -> list[Any]:
    with client.pipeline(transaction=False) as pipeline:
        for command in commands:
            pipeline.execute_command(*command)  # type: ignore[no-untyped-call]  # theirs
        return list(pipeline.execute(raise_on_error=False))


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
