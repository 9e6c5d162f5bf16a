from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import callgrind, instructions
from benchmarks.baselines import compared, complaints, of_counts, read

KNOWN = read(instructions.BASELINES.read_text(encoding="utf-8"))

#: One path that the slowed module touches, and one that it does not.
SOME = "(nothing|returning visitor).*WSGI"


@pytest.mark.skipif(bool(callgrind.missing()), reason=callgrind.missing())
def test_a_tenth_more_on_a_path_fails_the_gate_and_the_others_pass() -> None:
    """The returning visitor's path, made 10 % dearer, is complained about, and nothing else is."""
    modules = ["", "tests.benchmarks.slowed"]
    before, after = callgrind.instructions_of_each(modules, layouts=1, only=SOME)
    rows = compared(of_counts("now", before), after)
    assert {row.path.split(",")[0]: row.change for row in rows} == {
        "route that matches nothing": pytest.approx(0, abs=0.02),
        "returning visitor": pytest.approx(0.1, abs=0.04),
    }
    assert [line.split(",")[0] for line in complaints(rows)] == ["returning visitor"]


def test_every_path_has_a_baseline_on_every_version() -> None:
    """The committed baselines are for CPython 3.10 to 3.13, and for what is counted now."""
    assert [*KNOWN] == ["3.10", "3.11", "3.12", "3.13"]
    names = [*KNOWN["3.11"].paths]
    assert len(names) == 10
    assert all([*each.paths] == names for each in KNOWN.values())


def test_what_is_counted_is_what_has_a_baseline(tmp_path: Path) -> None:
    """The counted process calls the paths of the baseline in their order."""
    printed = callgrind.counted_in(tmp_path, [], "1", "", "")
    assert json.loads(printed)["names"] == ["yardstick", *KNOWN["3.11"].paths]


def test_without_valgrind_the_gate_says_loudly_that_it_did_not_run(tmp_path: Path) -> None:
    """Where valgrind is missing, the gate exits with 0 and says why; writing a baseline fails."""
    command = [sys.executable, "-m", "benchmarks.instructions"]
    environ = {"PATH": str(tmp_path), "PYTHONPATH": str(callgrind.ROOT)}
    for asked, status in (("--check", 0), ("--write", 1)):
        done = subprocess.run(
            [*command, asked], env=environ, capture_output=True, text=True, check=False
        )
        assert done.returncode == status
        assert "DID NOT RUN: valgrind is not installed" in done.stderr
        assert done.stdout == ""
