"""Real processes that count on one SQLite file, as workers of an app do."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


class Worker:
    """A process with a bandit of its own; see `worker.py`."""

    def __init__(self, config: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("worker.py")), str(config)],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def tell(self, line: str) -> None:
        """Tell it what to do next, and do not wait for it."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()

    def answer(self) -> dict[str, Any]:
        """Wait for the answer to the oldest line that was not answered."""
        assert self.process.stdout is not None
        found: dict[str, Any] = json.loads(self.process.stdout.readline())
        return found

    def ask(self, line: str) -> dict[str, Any]:
        """Tell it what to do and return the answer."""
        self.tell(line)
        return self.answer()

    def end(self) -> None:
        """Let it close its bandit and end."""
        self.process.communicate(timeout=60)
        assert self.process.returncode == 0


def configure(folder: Path, experiments: Mapping[str, Any], **more: Any) -> Path:
    """Write the configuration of the workers; return where."""
    path = folder / "banditware.yaml"
    every = {"secret_keys": ["k" * 32], "store": "sqlite:///counts.db", "refresh": "50ms", **more}
    path.write_text(json.dumps({**every, "experiments": {**experiments}}))
    return path


@contextmanager
def crew(config: Path, number: int) -> Iterator[list[Worker]]:
    """Run so many workers, and end them."""
    workers = [Worker(config) for _ in range(number)]
    try:
        yield workers
    finally:
        for worker in workers:
            worker.end()
