from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from banditware.cli.demo import example
from banditware.cli.demonstration import server
from banditware.cli.demonstration.errors import DemoError
from banditware.cli.demonstration.staging import prepare

#: Ignores SIGTERM, and so does its child; both write their numbers.
STUBBORN = r"""
import os, signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
os.fork()
os.write(1, b"%d\n" % os.getpid())
time.sleep(60)
"""


def is_alive(pid: int) -> bool:
    """Return True if a process runs, and is not merely remembered."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"
    except FileNotFoundError:
        return False


def test_a_stubborn_server_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that ignores SIGTERM is killed with all its workers."""
    monkeypatch.setattr(server, "PATIENCE", 0.2)
    command = [sys.executable, "-c", STUBBORN]
    with subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True) as process:
        assert process.stdout is not None
        pids = [int(process.stdout.readline()) for _ in range(2)]
        assert all(map(is_alive, pids))
        server._end(process)
        deadline = time.monotonic() + 30
        while any(map(is_alive, pids)) and time.monotonic() < deadline:
            time.sleep(0.01)
    assert not any(map(is_alive, pids))


def test_a_silent_server_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A server that runs and does not answer ends the demonstration with its own words."""
    talker = "import time; print('I am busy', flush=True); time.sleep(60)"
    (tmp_path / "idle.py").write_text(talker)
    stage = prepare(example() / "banditware.yaml", tmp_path, {})
    monkeypatch.setattr(server, "PATIENCE", 3.0)
    monkeypatch.setitem(server._COMMANDS, "wsgi", ("timeit", "-n1", "-r1", talker))
    serving = server.serving(stage, "wsgi", workers=1)
    with pytest.raises(DemoError, match="the server does not answer; it said:\nI am busy"):
        serving.__enter__()


def test_only_the_stage_is_written(tmp_path: Path) -> None:
    """A server writes into the folder of the demonstration, and nowhere else."""
    before = sorted(example().rglob("*"))
    stage = prepare(example() / "banditware.yaml", tmp_path, {})
    with server.serving(stage, "wsgi", workers=1) as (host, port):
        assert host == "127.0.0.1"
        assert 0 < port < 65_536
    assert sorted(example().rglob("*")) == before
    assert (tmp_path / "demo.db").exists()


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_signals_wait_for_the_server(end: signal.Signals) -> None:
    """A signal that comes while a server is being started is heard once it can be ended."""

    def heard(number: int, _frame: object) -> None:
        raise InterruptedError(number)

    before = signal.signal(end, heard)
    steps = []

    def start() -> None:
        with server._undisturbed():
            signal.raise_signal(end)
            steps.append("started")

    try:
        with pytest.raises(InterruptedError):
            start()
        assert signal.getsignal(end) is heard
    finally:
        signal.signal(end, before)
    assert steps == ["started"]


def test_module() -> None:
    """Each interface has its server."""
    assert (server.module("wsgi"), server.module("asgi")) == ("gunicorn", "uvicorn")
