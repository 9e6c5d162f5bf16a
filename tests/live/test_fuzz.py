"""Hostile requests by the ten thousand: a wrapped app answers as the bare one does.

`PYTHONPATH=. python tests/live/test_fuzz.py 10000` sends so many to each interface, and a tenth of
them as raw bytes to gunicorn and to uvicorn, bare and wrapped, and prints the figures. A second
argument is the seed.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.fuzzing.interfaces import CONFIG, asks, compare
from tests.fuzzing.sockets import SERVERS, served
from tests.serving import stats
from tests.wires.shop import counted, shops

#: What a log says of a fault of ours.
FAULT = "a fault of banditware"


def through_server(name: str, folder: Path, number: int, seed: object) -> Counter[str]:
    """Send so many to a server, bare and wrapped; return what came back, counted and went wrong.

    Raises:
        AssertionError: a response of the wrapped app is another one.
    """
    with served(name, folder) as (bare, wrapped, log):
        seen = compare(bare, wrapped, number, seed)
        seen["faults"] = log().count(FAULT)
        experiments = json.loads(stats(folder / "wrapped"))["experiments"].values()
    arms = [arm for each in experiments for arm in each["arms"].values()]
    for kind in ("pulls", "rewards"):
        seen[kind] = sum(arm[kind] for arm in arms)
    return seen


@pytest.mark.parametrize("name", SERVERS)
def test_raw_bytes_through_real_servers(name: str, tmp_path: Path) -> None:
    """What a real server answers is what it answers without us, whatever bytes it gets."""
    seen = through_server(name, tmp_path, 150, name)
    assert seen["faults"] == 0
    assert min(seen["pulls"], seen["cookies"]) > 0


def main(number: int, seed: str) -> None:
    """Print what each interface and each server did."""
    for interface in ("wsgi", "asgi"):
        began = time.perf_counter()
        with shops() as open_shop:
            bandit = open_shop(**CONFIG)
            with asks(interface, bandit) as (bare, wrapped):
                seen = compare(bare, wrapped, number, f"{interface} {seed}")
            seen["faults"] = bandit.health().faults
            show(interface, number, seen)
            totals = counted(bandit, "shoe")
        seconds = time.perf_counter() - began
        print(
            f"  {seconds:.1f} s; of one experiment {totals.pulls:g} pulls, {totals.rewards} rewards"
        )
    for name in SERVERS:
        with tempfile.TemporaryDirectory() as folder:
            seen = through_server(name, Path(folder), number // 10, f"{name} {seed}")
        show(name, number // 10, seen)


def show(name: str, number: int, seen: Counter[str]) -> None:
    """Print the figures of one run, whose responses were all equal."""
    print(f"{name}: {number} requests, {number} equal responses, {seen['faults']} exceptions")
    print("  " + ", ".join(f"{what}: {times}" for what, times in sorted(seen.items())), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), (sys.argv[2:] or ["1"])[0])
