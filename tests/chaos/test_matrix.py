from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.chaos.crew import Result, compare
from tests.chaos.matrix import ROWS

ROOT = Path(__file__).parents[2]

SABOTAGE = """
import contextlib, sqlite3, sys
from tests.chaos import matrix
def spoil(stage):
    with contextlib.closing(sqlite3.connect(stage.folder / "counts.db", timeout=60)) as database:
        database.execute("UPDATE counts SET number = number + (?)", [int(sys.argv[1])])
        database.commit()
matrix.ROWS = (matrix.Row("sabotage", spoil, ("sqlite",)),)
sys.exit(matrix.main([]))
"""


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python with this project; a deadlock ends in the time limit."""
    return subprocess.run(
        [sys.executable, "-W", "ignore", *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
        capture_output=True,
        timeout=600,
        text=True,
    )


def test_the_short_form_of_the_matrix() -> None:
    """Kills, wipes, losses, a failover and a migration under load lose and double nothing."""
    told = run(str(Path(__file__).with_name("matrix.py")), "--short")
    assert (told.returncode, told.stderr) == (0, ""), told.stdout
    names = [row.name for row in ROWS if row.short]
    played = [line.rsplit(maxsplit=5) for line in told.stdout.splitlines()[1:]]
    assert [name in line[0] for name, line in zip(names, played, strict=True)] == [True] * len(
        names
    )
    assert all(int(line[1]) > 1000 for line in played), "there was something to lose"


@pytest.mark.parametrize(("change", "place"), [("-7", 3), ("7", 4)])
def test_the_matrix_finds_what_is_lost_and_doubled(change: str, place: int) -> None:
    """Counts that somebody spoils fail the matrix, under the right name."""
    told = run("-c", SABOTAGE, change)
    assert (told.returncode, told.stderr) == (1, "")
    assert int(told.stdout.splitlines()[1].split()[place + 1]) > 0


def test_what_is_compared() -> None:
    """What was done has to be stored, what was begun may be, and pulls and rewards both count."""
    tally = {0: (12, 10), 1: (5, 5)}
    right = {"n/arm0/0": 11, "k/arm0/0/g": 10, "n/arm1/0": 5, "k/arm1/0/g": 5}
    assert compare(tally, right) == Result(30, 31, 0, 0)
    wrong = {"n/arm0/0": 9, "k/arm0/0/g": 15, "n/arm1/0": 5, "x/duplicate": 3}
    assert compare(tally, wrong) == Result(30, 29, 1 + 5, 3)
