"""Every benchmark in a process of its own, and a page of what they printed: `make bench`.

`PYTHONPATH=. python benchmarks/every.py [--quick]` writes docs/benchmarks.md and the pictures. The
exit status is 1 if a program failed, or found something that is not as it should be; the others run
all the same.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timezone
from pathlib import Path

from benchmarks import page, tables
from benchmarks.page import Run
from benchmarks.programs import PROGRAMS, Program

ROOT = Path(__file__).parents[1]

#: Seconds after which a program is ended. All of them together are to take 1,800.
PATIENCE = 600.0


def ran(program: Program, scripts: Path, pictures: Path, *, quick: bool) -> Run:
    """Run a program and return what came of it.

    Args:
        program: which one.
        scripts: the folder it is in.
        pictures: an empty folder; its pictures stay there.
        quick: whether it is to take a tenth of the time.
    """
    if not (scripts / f"{program.name}.py").exists():
        return Run(program, 2, "", "there is no such program", 0.0)
    command = [sys.executable, str(scripts / f"{program.name}.py"), "--pictures", str(pictures)]
    begun = time.monotonic()
    process = subprocess.Popen(
        [*command, *(["--quick"] if quick else [])],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{ROOT}"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        output, complaints = process.communicate(timeout=PATIENCE)
        status = process.returncode
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        output, _ = process.communicate()
        complaints, status = f"ended after {PATIENCE:g} seconds", -1
    complaint = (complaints.strip().splitlines() or [""])[-1].replace(str(ROOT), ".")
    drawn = sorted(path.name for path in pictures.iterdir())
    return Run(program, status, output, complaint, time.monotonic() - begun, drawn)


def facts() -> list[str]:
    """Return what was measured, where and when."""
    commit = subprocess.run(
        ["git", "describe", "--always", "--dirty"],  # whichever git there is
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    ).stdout.strip()
    day = datetime.now(timezone.utc).date().isoformat()
    return [f"banditware at {commit or 'no commit'}", f"on {day}", tables.machine()]


def main() -> int:
    """Run everything and write the page; return 1 if not all is as it should be."""
    options = tables.options(__doc__)
    pictures = options.pictures or ROOT / "docs" / page.PICTURES
    known, runs = facts(), []
    with tempfile.TemporaryDirectory() as name:
        for program in PROGRAMS:
            folder = Path(name) / program.name
            folder.mkdir()
            print(f"{time.strftime('%X')} {program.name}", file=sys.stderr, flush=True)
            run = ran(program, ROOT / "benchmarks", folder, quick=options.quick)
            print(page.section(run), end="\n\n", flush=True)
            runs.append(run)
        pictures.mkdir(parents=True, exist_ok=True)
        for old in pictures.glob("*.svg"):
            old.unlink()
        for drawn in sorted(Path(name).rglob("*.svg")):
            shutil.copy(drawn, pictures)
    text = page.page(runs, facts=known, quick=options.quick)
    (ROOT / "docs" / "benchmarks.md").write_text(text, encoding="utf-8")
    for run in runs:
        print(f"{run.program.name}: {run.result}", file=sys.stderr)
    return int(any(run.status for run in runs))


if __name__ == "__main__":
    sys.exit(main())
