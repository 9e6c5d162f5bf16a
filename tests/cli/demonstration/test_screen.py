from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from banditware.cli.demonstration import screen
from banditware.cli.demonstration.screen import Progress, opened


def progress(arrived: int) -> Progress:
    """Return how far a demonstration for forty has got."""
    arm: dict[str, Any] = {"pulls": arrived, "rewards": 1, "reward_sum": 1.0, "goals": {}}
    report = {
        "policy": "thompson",
        "goal": "reward",
        "arms": {"red": {**arm, "propensity": 0.876}},
        "excluded": {},
    }
    return Progress(arrived, 40, 1, 2.4, {"color_btn": report})


def test_lines(capsys: pytest.CaptureFixture[str]) -> None:
    """In a pipe there is a line at every tenth, and no more."""
    with opened(live=False) as lines:
        for arrived in (0, 3, 4, 5, 9, 40, 40):
            lines.update(progress(arrived))
    output = capsys.readouterr().out.splitlines()
    assert [line.partition(" of")[0] for line in output] == ["4", "9", "40"]
    assert output[0] == "4 of 40 visitors, 1 clicked, 2 s; next: color_btn red 88%"


def test_moving(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal a bar and the arms are drawn anew."""
    output = StringIO()
    console = Console(file=output, force_terminal=True, width=100)
    monkeypatch.setattr(screen, "Console", lambda: console)
    with opened(live=True) as moving:
        moving.update(progress(20))
        moving.update(progress(40))
    drawn = output.getvalue()
    assert "20 of 40 visitors, 1 clicked, 2 s" in drawn
    assert "40 of 40 visitors" in drawn
    assert "87.6%" in drawn
