from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import every
from benchmarks.page import Run, page
from benchmarks.programs import BY_HAND, PROGRAMS, Program

ROOT = Path(__file__).parents[2]

FINE = """
import pathlib, sys
folder = pathlib.Path(sys.argv[sys.argv.index("--pictures") + 1])
(folder / "fine.svg").write_text("<svg/>")
print("### Fine", "--quick" in sys.argv)
"""

SOURCES = {
    "fine": FINE,
    "over": "import sys; print('### Over'); sys.exit(1)",
    "broken": "import banditware; raise ValueError(banditware.__file__)",
    "endless": "print('### Endless', flush=True); import time; time.sleep(600)",
}


def run(tmp_path: Path, name: str, *, quick: bool = False) -> Run:
    """Run one of the programs above, or one that is not there."""
    if name in SOURCES:
        (tmp_path / f"{name}.py").write_text(SOURCES[name])
    pictures = tmp_path / name
    pictures.mkdir()
    return every.ran(Program(name, "what"), tmp_path, pictures, quick=quick)


def test_a_program_runs_by_itself(tmp_path: Path) -> None:
    """It is told where its pictures belong and whether it is in a hurry; both come back."""
    found = run(tmp_path, "fine", quick=True)

    assert (found.status, found.output, found.pictures) == (0, "### Fine True\n", ["fine.svg"])
    assert found.result == "as it should be"


def test_a_claim_that_does_not_hold_is_no_failure_of_the_program(tmp_path: Path) -> None:
    """Status 1 after a heading: the program is finished, and its page stands."""
    found = run(tmp_path, "over")

    assert (found.status, found.finished) == (1, True)
    assert found.result == "**not all as it should be**"


@pytest.mark.parametrize(
    ("name", "status", "complaint"),
    [
        ("broken", 1, "ValueError: ./banditware/__init__.py"),
        ("missing", 2, "there is no such program"),
    ],
)
def test_a_program_that_fails_is_said_so(
    tmp_path: Path, name: str, status: int, complaint: str
) -> None:
    """What it complains about is on the page, without the folder that it is in."""
    found = run(tmp_path, name)

    assert (found.status, found.complaint, found.finished) == (status, complaint, False)
    text = page([found], facts=["a machine"], quick=False)
    assert f"**It failed**, with status {status}: `{complaint}`" in text
    assert "| **failed** |" in text


def test_a_program_that_does_not_end_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that takes too long has failed, whatever it printed, and the next one can run."""
    monkeypatch.setattr(every, "PATIENCE", 0.5)

    found = run(tmp_path, "endless")

    assert (found.status, found.finished) == (-1, False)
    assert found.complaint == "ended after 0.5 seconds"


def test_the_page_has_everything() -> None:
    """Facts, each program with its result and pictures, and what is left to do by hand."""
    runs = [Run(each, 0, f"### {each.name}!\n", "", 1.4, ["a.svg"]) for each in PROGRAMS]

    text = page(runs, facts=["a machine"], quick=False)

    assert "\n- a machine\n" in text
    for each in PROGRAMS:
        assert f"| `{each.name}.py` | {each.shows} | 1 | as it should be |" in text
        assert f"## {each.name}\n\n### {each.name}!\n\n![a.svg](pictures/benchmarks/a.svg)" in text
    for command, shows in BY_HAND:
        assert f"| `{command}` | {shows} |" in text
    assert "quick run" not in text
    assert "**A quick run**" in page(runs, facts=[], quick=True)


def test_what_is_run_by_hand_is_there() -> None:
    """The commands name files of this repository, and no program is named twice."""
    files = [each.command.partition(" ")[0] for each in BY_HAND]

    assert [name for name in files if not (ROOT / "benchmarks" / name).exists()] == []
    names = [*files, *(f"{each.name}.py" for each in PROGRAMS)]
    assert len(set(names)) == len(names)


def test_the_committed_page_is_of_these_programs() -> None:
    """docs/benchmarks.md has a section for each program: it was written by this command."""
    text = (ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8")

    sections = [line[3:] for line in text.splitlines() if line.startswith("## ")]
    assert sections == ["The last run", *(each.name for each in PROGRAMS), "More, by hand"]
