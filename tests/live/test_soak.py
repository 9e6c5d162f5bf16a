"""A server at full speed for a long time: memory, spool and open files stay as they are.

`PYTHONPATH=. python tests/live/test_soak.py 600` runs it for ten minutes and prints the figures of
all workers together, ten times. Spools are kept for up to four minutes after they are counted, so
the first figures that others are compared with are those after two fifths of the time, and a spool
is as large as it may be for the requests of the last two fifths.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from tests.live.test_kill import APP, CONFIG, KINDS, Tally, visit
from tests.serving import Server, gunicorn, stats

VISITORS = 4

#: How much more may be used in the end: what grows by a leak grows by more in ten minutes.
TOLERANCE = 1.2

PAGE = os.sysconf("SC_PAGE_SIZE")


class Use(NamedTuple):
    """What all workers use.

    Attributes:
        memory: resident bytes.
        spool: bytes in the spool folder.
        files: open files.
        requests: how many were answered by then.
    """

    memory: int
    spool: int
    files: int
    requests: int

    def __str__(self) -> str:
        spool = f"{self.spool >> 10} KiB spool after {self.requests} requests"
        return f"{self.memory >> 10} KiB resident, {self.files} files, {spool}"


def used(folder: Path, server: Server, tally: Tally) -> Use:
    """Return what the workers of a server use now."""
    requests = tally.acknowledged.total()
    processes = [Path(f"/proc/{pid}") for pid in server.workers()]
    memory = sum(int((each / "statm").read_text().split()[1]) * PAGE for each in processes)
    spools = [_size(path) for path in folder.glob("*.spool/*")]
    files = sum(len(list((each / "fd").iterdir())) for each in processes)
    return Use(memory, sum(spools), files, requests)


def flat(readings: Sequence[Use]) -> bool:
    """Return True if in the end no more is used than after two fifths of the time."""
    first, last, before = readings[3], readings[-1], readings[-5]
    spool = last.spool / (last.requests - before.requests)
    return (
        last.memory <= TOLERANCE * first.memory
        and last.files <= TOLERANCE * first.files
        and spool <= TOLERANCE * first.spool / first.requests
    )


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def soak(folder: Path, seconds: float) -> tuple[list[Use], Tally, Counter[str]]:
    """Let visitors visit for so long; return ten readings, what they saw, and what was stored."""
    (folder / "shop.py").write_text(APP)
    (folder / "banditware.yaml").write_text(CONFIG)
    readings, tally, end = [], Tally(), time.monotonic() + seconds
    with gunicorn(folder, "shop:app", workers=2) as server:
        threads = [
            threading.Thread(
                target=visit, args=(server.port, tally, lambda: time.monotonic() < end)
            )
            for _ in range(VISITORS)
        ]
        for thread in threads:
            thread.start()
        for _ in range(10):
            time.sleep(seconds / 10)
            readings.append(used(folder, server, tally))
        for thread in threads:
            thread.join()
    arms = json.loads(stats(folder))["experiments"]["headline"]["arms"].values()
    return readings, tally, Counter({kind: sum(arm[kind] for arm in arms) for kind in KINDS})


def test_a_server_at_full_speed_opens_no_more_and_more_files(tmp_path: Path) -> None:
    """Handles stay as many as they were, and all that was answered is counted, and no more."""
    readings, tally, stored = soak(tmp_path, seconds=4)

    assert readings[-1].files <= readings[1].files + 4, readings
    assert not tally.failed
    assert stored == tally.acknowledged == tally.attempted


def main(arguments: Sequence[str]) -> int:
    """Run for so many seconds and print the figures; return the exit status."""
    seconds = float(arguments[0])
    with tempfile.TemporaryDirectory() as name:
        readings, tally, stored = soak(Path(name), seconds)
    for number, reading in enumerate(readings, start=1):
        print(f"{seconds * number / 10:7.0f} s: {reading}")
    for kind in KINDS:
        print(f"{kind}: acknowledged {tally.acknowledged[kind]}, stored {stored[kind]}")
    print(f"first {readings[3]}; last {readings[-1]}: {'' if flat(readings) else 'NOT '}flat")
    return 0 if flat(readings) and stored == tally.acknowledged else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or ["600"]))
