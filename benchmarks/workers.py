"""Processes that send new visitors to an app of their own and share one store."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

from banditware import Bandit
from benchmarks import growing
from benchmarks.growing import Size


class Told(NamedTuple):
    """What processes came to.

    Attributes:
        rate: requests a second of all of them.
        sent: pulls that they counted.
        stored: pulls that the store has more than before.
    """

    rate: float
    sent: int
    stored: int


def run(size: Size, number: int, seconds: float, folder: Path) -> Told:
    """Let so many processes work at the same time; all begin when the last one is ready."""
    before = _stored(size)
    go = folder / "go"
    go.unlink(missing_ok=True)
    command = [sys.executable, "-m", "benchmarks.workers", json.dumps([size, str(go), seconds])]
    started = [
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True, bufsize=1)
        for _ in range(number)
    ]
    for process in started:
        assert process.stdout
        process.stdout.readline()
    go.touch()
    rate, sent = 0.0, 0
    for process in started:
        text, _ = process.communicate()
        requests, took, failed = json.loads(text)
        assert not process.returncode
        assert not failed
        rate += requests / took
        sent += requests * len(growing.touched(size))
    return Told(rate, sent, _stored(size) - before)


def _stored(size: Size) -> int:
    """Return the pulls that the store has."""
    with Bandit.from_config(growing.configuration(size)) as bandit:
        found = bandit.stats()["experiments"].values()
        return sum(arm["pulls"] for each in found for arm in each["arms"].values())


def work(size: Size, go: Path, seconds: float) -> None:
    """Send new visitors for so long, once there is the file; tell how many."""
    bandit, asked = growing.site(size)
    call, done = asked["new visitor"], 1  # making the site has sent one
    print("ready", flush=True)
    while not go.exists():
        time.sleep(0.005)
    begin = time.perf_counter()
    while time.perf_counter() < begin + seconds:
        call()
        done += 1
    took = time.perf_counter() - begin
    bandit.close(60.0)
    print(json.dumps([done, took, bandit.health().faults]))


if __name__ == "__main__":
    given_size, given_go, given_seconds = json.loads(sys.argv[1])
    work(Size(*given_size), Path(given_go), given_seconds)
