"""Real servers on loopback, and visitors who talk to them over HTTP."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from http.cookies import SimpleCookie
from pathlib import Path
from typing import NamedTuple

BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"

#: How a command begins that runs a module of this environment.
MODULE = (sys.executable, "-m")

#: Seconds a server may take to answer its first request on a busy machine.
PATIENCE = 60.0


class Server(NamedTuple):
    """A running server: where it listens and its first process."""

    port: int
    process: subprocess.Popen[bytes]

    def workers(self) -> list[int]:
        """Return the process ids of the workers."""
        path = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(pid) for pid in path.read_text().split() if not _tracks(int(pid))]


def _tracks(pid: int) -> bool:
    """Whether a process only keeps the books of multiprocessing."""
    try:
        return b"resource_tracker" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def free_port() -> int:
    """Return a port of the loopback interface that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def gunicorn(folder: Path, app: str, *, workers: int = 2) -> Iterator[Server]:
    """Run `app`, wrapped by `banditware.yaml` of the folder, under gunicorn."""
    command = ["gunicorn", "banditware.wsgi:application", "--workers", str(workers)]
    with running([*MODULE, *command, "--bind", "127.0.0.1:{port}"], folder, app) as server:
        yield server


@contextlib.contextmanager
def uvicorn(folder: Path, app: str, *, workers: int = 2) -> Iterator[Server]:
    """Run `app`, wrapped by `banditware.yaml` of the folder, under uvicorn."""
    command = ["uvicorn", "banditware.asgi:application", "--workers", str(workers)]
    with running([*MODULE, *command, "--port", "{port}"], folder, app) as server:
        yield server


@contextlib.contextmanager
def running(command: Sequence[str], folder: Path, app: str) -> Iterator[Server]:
    """Run a server in a folder whose `banditware.yaml` wraps `app`, and end it by SIGTERM.

    Args:
        command: the program and its arguments, with `{port}` where the port belongs.
        folder: where the app is; the server's output goes to `server.log` there.
        app: `module:attribute` of the app.
    """
    port = free_port()
    environment = {
        **os.environ,
        "BANDITWARE_APP": app,
        "BANDITWARE_CONFIG": str(folder / "banditware.yaml"),
        "PYTHONPATH": os.pathsep.join([str(folder), str(Path(__file__).parents[1])]),
    }
    environment.pop("COVERAGE_PROCESS_START", None)
    asked = [part.format(port=port) for part in command]
    with started(asked, folder, port, environment=environment) as process:
        yield Server(port, process)


@contextlib.contextmanager
def started(
    command: Sequence[str], folder: Path, port: int, *, environment: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program that takes connections on a port, and end it by SIGTERM.

    Args:
        command: the program and its arguments.
        folder: where it runs; its output goes to `server.log` there.
        port: where it answers when it has started.
        environment: all variables of its environment, if they are not ours.
    """
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
        try:
            _await(port, process, folder)
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _await(port: int, process: subprocess.Popen[bytes], folder: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.02)
    logs = "\n".join(path.read_text() for path in sorted(folder.glob("*.log")))
    raise AssertionError(f"{process.args!r} did not start:\n{logs}")


class Answer(NamedTuple):
    """A whole response."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


class Visitor:
    """Somebody with a browser: an agent string and a cookie jar, a connection per request."""

    def __init__(self, port: int, agent: str = BROWSER) -> None:
        self.port = port
        self.agent = agent
        self.cookies: dict[str, str] = {}

    def request(self, method: str, path: str, body: str | None = None, **headers: str) -> Answer:
        """Send a request and keep the cookies of the answer.

        Raises:
            OSError: the connection broke before the answer was whole.
            http.client.HTTPException: likewise.
        """
        sent = {"User-Agent": self.agent, "Accept": "text/html", **headers}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        with contextlib.closing(
            http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        ) as c:
            c.request(method, path, body, sent)
            response = c.getresponse()
            answer = Answer(response.status, response.getheaders(), response.read())
        for name, value in answer.headers:
            if name.lower() == "set-cookie":
                self.cookies.update({k: m.coded_value for k, m in SimpleCookie(value).items()})
        return answer

    def get(self, path: str) -> Answer:
        """Send a GET request."""
        return self.request("GET", path)


def stats(folder: Path) -> str:
    """Return what `banditware stats --json` prints for the folder's configuration."""
    command = [sys.executable, "-m", "banditware", "stats", "banditware.yaml", "--json"]
    root = str(Path(__file__).parents[1])
    run = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": root},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return run.stdout
