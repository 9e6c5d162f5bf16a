from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from banditware.stores import open_store
from tests.chaos.fleet import undrained
from tests.recording import fields

ROOT = Path(__file__).parents[2]


def execute(*arguments: str) -> str:
    """Run Python and return what it printed; a deadlock ends in the time limit."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
        capture_output=True,
        timeout=120,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def run(what: str, folder: Path) -> dict[str, Any]:
    """Run one of the fleet's programs."""
    script = Path(__file__).with_name("fleet.py")
    told: dict[str, Any] = json.loads(execute(str(script), what, str(folder)))
    return told


def test_kills_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    """Four workers on one database, killed at random points: done <= stored <= begun for each."""
    told = run("kill", tmp_path)
    assert told["kills"] >= 20
    fields = told["fields"]
    for slot, (begun, done) in enumerate(told["tally"]):
        assert done >= 20_000
        assert done <= fields[f"n/arm{slot}/0"] <= begun
        assert done <= fields[f"k/arm{slot}/0/g"] <= begun
    assert "x/duplicate" not in fields, "no record was applied a second time"
    assert told["left"] == []
    assert told["history"], "it adds up to the counts"


def test_forks_with_hot_threads_do_not_hang(tmp_path: Path) -> None:
    """Sixty children of a process that records in three threads end, and count exactly."""
    told = run("fork", tmp_path)
    killed = [status == signal.SIGKILL for status in told["statuses"]]
    assert killed == [number % 3 == 0 for number in range(60)]
    assert not any(status for status in told["statuses"] if status != signal.SIGKILL)
    assert told["fields"] == {"n/parent/0": told["parent"], "n/child/0": told["child"]}
    assert told["parent"] > 0
    assert told["left"] == []
    assert told["history"], "it adds up to the counts"


def test_a_full_disk_delays_but_does_not_lose(tmp_path: Path) -> None:
    """Records that the disk refused wait in memory and are counted once it takes them."""
    told = run("full", tmp_path)
    assert told["errors"] > 0
    assert told["waiting"] > 1000
    assert told["dropped"] == 0
    assert told["fields"] == {"n/x/0": 1000}
    assert told["left"] == []
    assert told["history"], "it adds up to the counts"


@pytest.mark.parametrize("end", ["pass", "sys.exit()", "os.kill(os.getpid(), signal.SIGTERM)"])
def test_an_exit_flushes(tmp_path: Path, end: str) -> None:
    """A process that ends without closing leaves nothing behind and says nothing."""
    code = (
        "import os, signal, sys; from pathlib import Path\n"
        "from tests.chaos.fleet import pull, start\n"
        "signal.signal(signal.SIGTERM, lambda *_: sys.exit())\n"
        "flusher = start(Path(sys.argv[1]))\n"
        "for _ in range(1000): flusher.record(pull('x'))\n"
    )
    assert execute("-c", code + end, str(tmp_path)) == ""
    store = open_store("sqlite:///counts.db", tmp_path)
    assert fields(store) == {"n/x/0": 1000}
    assert undrained(store, tmp_path / "counts.db.spool") == []
