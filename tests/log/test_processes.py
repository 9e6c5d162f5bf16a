"""Real processes that write to one file."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.log.support import PATIENCE, lines_of

ROOT = Path(__file__).parents[2]
WORKER = [sys.executable, "-W", "ignore::DeprecationWarning", "-m", "tests.log.worker"]

CONFIG = """\
secret_keys: k
store: memory://
experiments: {button: {arms: [a, b, c]}}
log: {file: decisions.jsonl, rotate: 50KB, keep: 1000, subject: plain, queue: 100000}
"""


def test_one_file_for_all(tmp_path: Path) -> None:
    """Of six processes, four of them forked, every line is there, whole, and only once."""
    file = tmp_path / "banditware.yaml"
    file.write_text(CONFIG)
    commands = [[*WORKER, str(file), "500", "2"] for _ in range(2)]
    started = [
        subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        for command in commands
    ]
    decided = [line for each in started for line in each.communicate(timeout=PATIENCE)[0].split()]
    assert [each.returncode for each in started] == [0, 0]
    files = [each for each in tmp_path.iterdir() if each.name.startswith("decisions.jsonl")]
    events = [event for each in files for event in lines_of(each)]
    assert len(decided) == 2 * (1 + 3 * 500)
    assert sorted(event["decision_id"] for event in events) == sorted(decided)
    assert len({event["event_id"] for event in events}) == len(events)
    assert len(files) > 10
    processes = {event["event_id"].partition("-")[0] for event in events}
    assert len(processes) == 6
