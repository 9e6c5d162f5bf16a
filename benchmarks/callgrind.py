"""Counting machine instructions by valgrind's callgrind, which knows nothing of noise."""

from __future__ import annotations

import json
import pickle
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from banditware.config import load
from benchmarks import counted

ROOT = Path(__file__).parent.parent

#: What the counted process may see of the environment: its size moves addresses.
ENVIRON = {"PYTHONHASHSEED": "0", "PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"}

#: How many layouts of CPython's cache of attributes are tried: see `benchmarks.counted`.
LAYOUTS = 5

TOTAL = re.compile(r"^totals: (\d+)", re.MULTILINE)


def missing() -> str:
    """Return why nothing can be counted here, or nothing."""
    if sys.platform != "linux" or shutil.which("valgrind") is None:
        return "valgrind is not installed (on Debian and Ubuntu: apt-get install valgrind)"
    return ""


def instructions(first: str = "", layouts: int = LAYOUTS) -> dict[str, float]:
    """Return the instructions that each path adds to a call; see `instructions_of_each`."""
    (counts,) = instructions_of_each([first], layouts)
    return counts


def instructions_of_each(
    modules: Sequence[str], layouts: int = LAYOUTS, only: str = ""
) -> list[dict[str, float]]:
    """Return the instructions that each path adds to a call, and those of the yardstick.

    Args:
        modules: what to import before anything is counted, once for each of them; it may change
            what is counted. An empty name changes nothing.
        layouts: how often everything is counted: see `benchmarks.counted`.
        only: a regular expression for the names of the paths to count.

    Raises:
        subprocess.CalledProcessError: the counted process failed; its messages went to stderr.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        asked = (",".join(modules), only)
        counted_in(folder, [], "1", *asked)  # compiles what is imported
        forks = counted_in(folder, _callgrind(folder), str(layouts), *asked)
        costs = [_costs(folder, json.loads(fork)) for fork in forks.splitlines()]
    rounds = [costs[at : at + layouts] for at in range(0, len(costs), layouts)]
    return [{name: _added([each[name] for each in some]) for name in some[0]} for some in rounds]


def counted_in(folder: Path, under: Sequence[str], *asked: str) -> str:
    """Return what the counted process prints, a line per layout.

    Args:
        folder: it works in a new one below.
        under: a command to run it by.
        asked: what `benchmarks.counted` is asked for, after its folder.

    Raises:
        subprocess.CalledProcessError: it failed; its messages went to stderr.
    """
    own = Path(tempfile.mkdtemp(dir=folder))
    loaded = [load(source) for source in counted.sources(own)]
    (own / counted.SETTINGS).write_bytes(pickle.dumps(loaded))
    program = [sys.executable, "-m", "benchmarks.counted", str(own), *asked]
    environ = {**ENVIRON, "PYTHONPYCACHEPREFIX": str(folder / "compiled")}
    command = [*under, *program]
    done = subprocess.run(command, cwd=ROOT, env=environ, stdout=subprocess.PIPE, check=True)
    return done.stdout.decode()


def _callgrind(folder: Path) -> list[str]:
    fixed = ["setarch", "-R"] if shutil.which("setarch") else []
    file = f"--callgrind-out-file={folder}/counts.%p"
    return [*fixed, "valgrind", "-q", "--tool=callgrind", "--dump-before=getppid", file]


def _costs(folder: Path, fork: Mapping[str, Any]) -> dict[str, tuple[float, float]]:
    """Return the instructions of a call, bare and with banditware, by path."""
    dumps = folder.glob(f"counts.{fork['process']}.*")
    ordered = sorted(dumps, key=lambda dump: int(dump.suffix[1:]))
    totals = [int(TOTAL.findall(dump.read_text())[0]) / fork["calls"] for dump in ordered]
    loops = totals[1::2]  # between them is all that is not counted
    return {name: (loops[2 * at], loops[2 * at + 1]) for at, name in enumerate(fork["names"])}


def _added(costs: Sequence[tuple[float, float]]) -> float:
    """Return what is added at the least, over all layouts."""
    return min(ours for _, ours in costs) - min(bare for bare, _ in costs)
