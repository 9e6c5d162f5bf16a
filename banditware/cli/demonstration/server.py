"""The server of the demonstration: a process of its own, ended whatever happens."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from banditware.cli.demonstration.errors import DemoError
from banditware.cli.demonstration.staging import Stage
from banditware.wrap import Interface

#: Seconds to wait for the first answer, and for the end.
PATIENCE = 20.0

LOG = "server.log"

#: As many lines of a server's log as hold the errors of two workers.
_LOG_LINES = 80

_HOST = "127.0.0.1"

#: The server of each interface with its arguments.
_COMMANDS: dict[Interface, tuple[str, ...]] = {
    "wsgi": (
        *("gunicorn", "--config", "{folder}/gunicorn.conf.py", "--bind", "{host}:{port}"),
        *("--worker-class", "gthread", "--threads", "4", "--workers", "{workers}"),
        "banditware.wsgi:application",
    ),
    "asgi": (
        *("uvicorn", "--no-access-log", "--host", "{host}", "--port", "{port}"),
        *("--workers", "{workers}"),
        "banditware.asgi:application",
    ),
}

#: Recent gunicorns make a control socket in the home folder; older ones ignore this line.
_GUNICORN = "control_socket_disable = True\n"


def module(interface: Interface) -> str:
    """Return the name of the server of an interface."""
    return _COMMANDS[interface][0]


@contextlib.contextmanager
def serving(stage: Stage, interface: Interface, *, workers: int) -> Iterator[tuple[str, int]]:
    """Run the example on a free port of this machine.

    Yields:
        host and port.

    Raises:
        DemoError: it does not answer; the message ends with what the server said.
    """
    port = _free_port()
    log = stage.folder / LOG
    (stage.folder / "gunicorn.conf.py").write_text(_GUNICORN, encoding="utf-8")
    values = {"host": _HOST, "port": port, "folder": stage.folder, "workers": workers}
    with contextlib.ExitStack() as stack:
        output = stack.enter_context(log.open("wb"))
        with _undisturbed():
            process = subprocess.Popen(  # noqa: S603 - our own words only
                [sys.executable, "-m", *(part.format_map(values) for part in _COMMANDS[interface])],
                cwd=stage.app,
                env={**os.environ, **stage.environment, "BANDITWARE_APP": f"{interface}:app"},
                stdout=output,
                stderr=output,
                stdin=subprocess.DEVNULL,
                start_new_session=True,  # Ctrl-C is for us: the server ends when we say so
            )
            stack.callback(_end, process)
        _wait(process, port, log)
        yield _HOST, port


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """Hold back what would end us while there is a server that nobody would end."""
    held: list[int] = []
    before = {
        each: signal.signal(each, lambda number, _: held.append(number))
        for each in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
        for number in held:
            signal.raise_signal(number)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((_HOST, 0))
        port: int = probe.getsockname()[1]
    return port


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Wait for the first answer, to a request that no route matches."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        connection = HTTPConnection(_HOST, port, timeout=1.0)
        try:
            connection.request("GET", "/ready")
            connection.getresponse().read()
        except (OSError, HTTPException):
            time.sleep(0.05)
        else:
            return
        finally:
            connection.close()
    last = log.read_text(encoding="utf-8", errors="replace").splitlines()[-_LOG_LINES:]
    raise DemoError("\n".join(["the server does not answer; it said:", *last]))


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the server with all its workers: kindly at first."""
    try:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(PATIENCE / 2)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()
