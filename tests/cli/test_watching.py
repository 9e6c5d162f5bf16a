from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from banditware import Bandit
from banditware.cli import watching
from banditware.cli.tables import Table
from banditware.cli.watching import InLines, InPlace, Pace, display, keep_showing
from banditware.errors import StoreError
from tests.support import NOON

CONFIG = """
secret_keys: [a-secret-for-tests-of-thirty-two-characters]
store: sqlite:///counts.db
refresh: 1h
experiments: {button: {arms: [green, red]}}
"""


def tables(found: list[str]) -> list[Table]:
    """Return a reading as tables."""
    return [Table(each, ("arm", "pulls"), (("green", "1"),)) for each in found]


@pytest.mark.parametrize("terminal", [True, False])
@pytest.mark.parametrize("rich", [True, False])
def test_where(monkeypatch: pytest.MonkeyPatch, terminal: bool, rich: bool) -> None:
    """Readings stay in place on a terminal with rich, and follow each other elsewhere."""
    monkeypatch.setattr(watching, "on_terminal", lambda: terminal)
    monkeypatch.setattr(watching, "find_spec", lambda _: True if rich else None)
    found = display(tables)
    found.close()
    assert isinstance(found, InPlace if terminal and rich else InLines)


def test_in_place(capsys: pytest.CaptureFixture[str]) -> None:
    """What is shown last stays, also when there is no new reading."""
    given: list[list[str] | StoreError] = [["first"], StoreError("there", "is away")]
    readings = iter(given)
    pauses = iter([None, KeyboardInterrupt()])

    def reading() -> list[str]:
        found = next(readings)
        if isinstance(found, StoreError):
            raise found
        return found

    def sleep(seconds: float) -> None:
        end = next(pauses)
        if end is not None:
            raise end

    keep_showing(reading, InPlace(tables), Pace(1.0, lambda: NOON, sleep))
    shown = capsys.readouterr().out
    assert "first" in shown
    assert "trying again: there: is away" in shown


#: Runs the command line, and heeds Ctrl-C also where whoever started the tests does not.
ATTENTIVE = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
from banditware.cli import main
main()
"""


@pytest.fixture
def screen(tmp_path: Path) -> Iterator[tuple[int, subprocess.Popen[bytes], Bandit]]:
    """Return a real terminal on which the command runs, and the bandit that it watches."""
    path = tmp_path / "banditware.yaml"
    path.write_text(CONFIG)
    here, there = pty.openpty()
    with Bandit.from_config(path) as bandit:
        bandit.flush()
        process = subprocess.Popen(
            [sys.executable, "-c", ATTENTIVE, "stats", str(path), "--watch", "--every", "100ms"],
            stdin=there,
            stdout=there,
            stderr=there,
            env={**os.environ, "TERM": "xterm-256color", "COLUMNS": "100", "LINES": "40"},
        )
        os.close(there)
        yield here, process, bandit
        process.kill()
        process.wait(60)
        os.close(here)


def until(screen: int, wanted: bytes) -> bytes:
    """Return what a terminal shows up to this."""
    seen, end = b"", time.monotonic() + 60
    while wanted not in seen:
        assert time.monotonic() < end, seen
        if select.select([screen], [], [], 1.0)[0]:
            seen += os.read(screen, 65536)
    return seen


def test_a_real_terminal(screen: tuple[int, subprocess.Popen[bytes], Bandit]) -> None:
    """On a terminal the table is drawn in place, follows what is counted, and Ctrl-C ends it."""
    shown, process, bandit = screen
    first = until(shown, b"Ctrl-C ends")
    assert "╭".encode() in first
    bandit.decide("button")
    assert b"\x1b[" in until(shown, b" 1 ")
    process.send_signal(signal.SIGINT)
    until(shown, b"\x1b[?25h")
    assert process.wait(60) == 0
