from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from benchmarks import plotting

ROOT = Path(__file__).parents[2]


def test_pictures_are_paid_for_when_they_are_drawn() -> None:
    """Of matplotlib nothing is imported before the first picture."""
    code = "import sys, benchmarks.plotting; print('matplotlib' in sys.modules)"
    ran = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        text=True,
    )

    assert ran.stdout == "False\n"


def test_the_same_figures_make_the_same_file(tmp_path: Path) -> None:
    """A picture drawn twice is the same, byte for byte, and its text is text."""
    series = {"bare": [(1.0, 10.0), (2.0, 20.0)], "wrapped": [(1.0, 9.0), (2.0, 19.0)], "none": []}
    groups = {"unmatched": {"WSGI": 0.5, "Flask-MAB": 900.0}, "reward": {"WSGI": 20.0}}
    for name in ("first", "again"):
        folder = tmp_path / name
        plotting.lines(folder / "lines.svg", series, title="Load", x="workers", y="requests")
        plotting.lines(folder / "log.svg", series, title="Load", x="w", y="r", log="x")
        plotting.bars(folder / "bars.svg", {"one": 1.0, "two": 2.0}, title="Bars", x="us")
        plotting.grouped(folder / "groups.svg", groups, title="Added", x="us", log=True)

    first, again = (sorted((tmp_path / name).iterdir()) for name in ("first", "again"))
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in again]
    assert ">Flask-MAB<" in (tmp_path / "first" / "groups.svg").read_text(encoding="utf-8")
