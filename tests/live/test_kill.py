"""Workers are killed while visitors visit: what was answered is counted, and nothing twice.

`python tests/live/test_kill.py 20 0.5` runs it for 20 seconds with a kill every half second and
prints the figures.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import random
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from tests.serving import Answer, Server, Visitor, gunicorn, stats

APP = """
def app(environ, start_response):
    visit = environ["banditware.visit"]
    body = visit["headline"].encode() if environ["PATH_INFO"] == "/" else b"ok"
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
    return [body]
"""

CONFIG = """
secret_keys: [a-secret-for-tests-of-thirty-two-characters]
store: sqlite:///counts.db
refresh: 50ms
experiments:
  headline: {arms: {a: one, b: two}}
routes:
  - {match: GET /, choose: headline}
  - {match: POST /buy, reward: headline}
"""

KINDS = ("pulls", "rewards")


class Tally:
    """What visitors attempted, and what they got the right or a wrong answer to."""

    def __init__(self) -> None:
        self.attempted: Counter[str] = Counter()
        self.acknowledged: Counter[str] = Counter()
        self.failed: Counter[str] = Counter()
        self._lock = threading.Lock()

    def send(self, kind: str, request: Callable[[], Answer]) -> bool:
        """Send a request; return whether it was answered as it should be."""
        with self._lock:
            self.attempted[kind] += 1
        try:
            answer = request()
        except ConnectionRefusedError:  # nobody can have seen it
            with self._lock:
                self.attempted[kind] -= 1
            time.sleep(0.005)
            return False
        except (OSError, http.client.HTTPException):
            return False
        right = answer.status == 200
        with self._lock:
            (self.acknowledged if right else self.failed)[kind] += 1
        return right


def visit(port: int, tally: Tally, going: Callable[[], bool]) -> None:
    """Be one new visitor after the other: look once, buy once."""
    while going():
        visitor = Visitor(port)
        if tally.send("pulls", lambda: visitor.get("/")):  # noqa: B023  # called at once
            tally.send("rewards", lambda: visitor.request("POST", "/buy"))  # noqa: B023  # likewise


def kill_one(server: Server, generator: random.Random) -> bool:
    """Kill a worker as the system would when memory runs out."""
    workers = server.workers()
    with contextlib.suppress(ProcessLookupError, IndexError):
        os.kill(generator.choice(workers), signal.SIGKILL)
        return True
    return False


def chaos(
    folder: Path, *, seconds: float, pause: float, seed: int
) -> tuple[Tally, Counter[str], int]:
    """Return what visitors saw, what was stored and how many workers died."""
    (folder / "shop.py").write_text(APP)
    (folder / "banditware.yaml").write_text(CONFIG)
    generator, tally, kills = random.Random(seed), Tally(), 0
    with gunicorn(folder, "shop:app", workers=4) as server:
        end = time.monotonic() + seconds
        threads = [
            threading.Thread(
                target=visit, args=(server.port, tally, lambda: time.monotonic() < end)
            )
            for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        while time.monotonic() < end:
            time.sleep(pause)
            kills += kill_one(server, generator)
        for thread in threads:
            thread.join()
    arms = json.loads(stats(folder))["experiments"]["headline"]["arms"].values()
    return tally, Counter({kind: sum(arm[kind] for arm in arms) for kind in KINDS}), kills


def test_killed_workers_lose_nothing_that_was_answered_and_double_nothing(tmp_path: Path) -> None:
    """Acknowledged <= stored <= attempted, for pulls and rewards, while workers get SIGKILL."""
    tally, stored, kills = chaos(tmp_path, seconds=5, pause=0.5, seed=1)

    assert kills >= 3
    assert not tally.failed
    for kind in KINDS:
        assert 0 < tally.acknowledged[kind] <= stored[kind] <= tally.attempted[kind]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        seen, kept, dead = chaos(
            Path(name), seconds=float(sys.argv[1]), pause=float(sys.argv[2]), seed=1
        )
    print(f"{dead} workers killed")
    for each in KINDS:
        known, tried = seen.acknowledged[each], seen.attempted[each]
        print(
            f"{each}: acknowledged {known}, attempted {tried}, stored {kept[each]}; "
            f"lost {max(0, known - kept[each])}, doubled {max(0, kept[each] - tried)}"
        )
