from __future__ import annotations

import io
from collections.abc import Iterator

import pytest

from banditware.cli.progress import PATIENCE, shown


class Terminal(io.StringIO):
    """What a person looks at."""

    def isatty(self) -> bool:
        """Say so."""
        return True


def ticking(step: float) -> Iterator[float]:
    """Yield times that far apart."""
    now = 0.0
    while True:
        yield now
        now += step


def seen(screen: io.StringIO, step: float, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return what comes through while somebody looks at this, and a step of time goes by each."""
    monkeypatch.setattr("sys.stderr", screen)
    clock = ticking(step).__next__
    return list(shown(range(20), length=20, label="carrying", clock=clock))


def test_what_takes_its_time_has_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal, a bar shows from the first second on what has passed, up to the end."""
    screen = Terminal()
    assert seen(screen, PATIENCE / 5, monkeypatch) == list(range(20))
    assert "carrying" in screen.getvalue()
    assert "100%" in screen.getvalue()


def test_what_is_quick_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing flashes up for what is done within a second."""
    screen = Terminal()
    assert seen(screen, PATIENCE / 50, monkeypatch) == list(range(20))
    assert screen.getvalue() == ""


def test_a_pipe_gets_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody reads a bar in a log."""
    stream = io.StringIO()
    assert seen(stream, PATIENCE, monkeypatch) == list(range(20))
    assert stream.getvalue() == ""
