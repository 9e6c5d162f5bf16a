"""What importing a module takes, and what comes with it, in interpreters of their own."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence

from benchmarks import pace

TIMED = (
    "import resource as r; a = r.getrusage(r.RUSAGE_SELF);"
    "import {module}; b = r.getrusage(r.RUSAGE_SELF);"
    "print(b.ru_utime - a.ru_utime + b.ru_stime - a.ru_stime)"
)


def import_costs(modules: Sequence[str], runs: int = 15) -> dict[str, list[float]]:
    """Return milliseconds of processor time that each run of importing a compiled module takes.

    The modules take turns, which wait for the core's full speed.
    """
    machine = pace.of_this_machine()
    with tempfile.TemporaryDirectory() as folder:
        environ = {**os.environ, "PYTHONPYCACHEPREFIX": folder}
        environ.pop("PYTHONDONTWRITEBYTECODE", None)
        for module in modules:  # compiles
            _python(TIMED.format(module=module), environ)
        costs: dict[str, list[float]] = {module: [] for module in modules}
        for _ in range(runs):
            machine.await_calm()
            for module in modules:
                taken = _python(TIMED.format(module=module), environ)
                costs[module].append(float(taken) * 1e3)
    return costs


def brought(module: str, heavy: Sequence[str]) -> list[str]:
    """Return which of some packages a module imports that the interpreter has not by itself."""
    code = "import sys; b = set(sys.modules); import " + module + "; print(*set(sys.modules) - b)"
    found = {name.partition(".")[0] for name in _python(code, os.environ).split()}
    return [name for name in heavy if name in found]


def _python(code: str, environ: Mapping[str, str]) -> str:
    command = [sys.executable, "-c", code]
    return subprocess.run(
        command, capture_output=True, check=True, text=True, env=dict(environ)
    ).stdout
