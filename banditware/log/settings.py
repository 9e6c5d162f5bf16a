"""Where the decision log goes, as a configuration says it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeAlias


class ToFile(NamedTuple):
    """Into a file of JSON Lines that is rotated.

    Attributes:
        path: the file; its folder is made if there is none.
        rotate: bytes from which on a new file is begun.
        keep: how many of the files before are kept.
        compress: compress the files before.
    """

    path: Path
    rotate: int = 100_000_000
    keep: int = 10
    compress: bool = False


class ToStream(NamedTuple):
    """Into a stream of a Redis or Valkey server.

    Attributes:
        url: address of the server, as those of stores.
        folder: what paths of the address are relative to.
        name: key of the stream.
        maxlen: about how many events it keeps.
    """

    url: str
    folder: Path
    name: str = "banditware"
    maxlen: int = 1_000_000


class ToLogger(NamedTuple):
    """To a logger of Python's.

    Attributes:
        name: name of the logger.
    """

    name: str


class ToFunction(NamedTuple):
    """To a function of the app's.

    Attributes:
        function: takes one event, or `module:function`.
    """

    function: Callable[[dict[str, Any]], object] | str


To: TypeAlias = ToFile | ToStream | ToLogger | ToFunction

Subject: TypeAlias = Literal["plain", "hashed", "none"]
Attributes: TypeAlias = Literal["chosen", "all", "none"]


class LogSettings(NamedTuple):
    """One place where the decision log goes.

    Attributes:
        to: the place.
        subject: how subjects are shown.
        attributes: which attributes are shown.
        sticky: tell also of decisions that are served again.
        queue: how many events may wait in memory; what comes when they do is lost.
    """

    to: To
    subject: Subject = "hashed"
    attributes: Attributes = "chosen"
    sticky: bool = False
    queue: int = 10_000
