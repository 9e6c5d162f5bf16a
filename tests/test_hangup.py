"""SIGHUP, in processes of their own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from banditware import hangup

LISTENS = """
import os, signal, sys
from banditware import hangup
if "taken" in sys.argv:
    signal.signal(signal.SIGHUP, lambda *_: None)
listens = hangup.listen()
again = hangup.listen()
os.kill(os.getpid(), signal.SIGHUP)
print(listens, again, hangup.number())
"""


def run(*arguments: str) -> str:
    """Return what a process without a terminal says."""
    command = [sys.executable, "-c", LISTENS, *arguments]
    done = subprocess.run(command, capture_output=True, start_new_session=True, check=True)
    return done.stdout.decode().strip()


def test_the_signal_is_heard() -> None:
    """A process that has no use for the signal counts how often it came, instead of ending."""
    assert run() == "True False 1"


def test_a_server_keeps_its_own() -> None:
    """A handler that is there already stays."""
    assert run("taken") == "False False 0"


def test_a_thread_leaves_it_alone() -> None:
    """Only the main thread may handle signals."""
    before, found = signal.getsignal(signal.SIGHUP), list[bool]()
    thread = threading.Thread(target=lambda: found.append(hangup.listen()))
    thread.start()
    thread.join()
    assert found == [False]
    assert signal.getsignal(signal.SIGHUP) is before


def test_a_terminal_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process at a terminal ends with it."""
    real, terminal = os.open, tmp_path / "tty"
    terminal.touch()

    def opened(path: str, flags: int) -> int:
        return real(terminal if path == "/dev/tty" else path, flags)

    monkeypatch.setattr(os, "open", opened)
    assert hangup.at_terminal()
    assert not hangup.listen()
    terminal.unlink()
    assert not hangup.at_terminal()


def test_where_there_is_no_such_signal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is listened for."""
    monkeypatch.setattr(hangup, "at_terminal", lambda: False)
    monkeypatch.delattr(signal, "SIGHUP")
    assert not hangup.listen()
