"""Workers are killed while the wire to the server of the counts loses requests and answers.

`PYTHONPATH=. python tests/live/test_lossy.py 60` runs it for 60 seconds under gunicorn and under
uvicorn and prints the figures: what was counted, and how long requests took while all was well and
while it was not, in windows of the same run that take turns.
"""

from __future__ import annotations

import contextlib
import json
import random
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tests import redis_servers
from tests.live.test_kill import KINDS, Tally, kill_one
from tests.proxy import Fault, Proxy
from tests.serving import PATIENCE, Answer, Server, Visitor, gunicorn, stats, uvicorn

APP = """
def wsgi(environ, start_response):
    visit = environ["banditware.visit"]
    body = visit["headline"].encode() if environ["PATH_INFO"] == "/" else b"ok"
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]

async def asgi(scope, receive, send):
    if scope["type"] == "http":
        body = scope["banditware.visit"]["headline"].encode() if scope["path"] == "/" else b"ok"
        length = (b"content-length", str(len(body)).encode())
        await send({"type": "http.response.start", "status": 200, "headers": [length]})
        await send({"type": "http.response.body", "body": body})
"""

CONFIG = """
secret_keys: [a-secret-for-tests-of-thirty-two-characters]
store: "redis://127.0.0.1:{port}?timeout={timeout}&prefix={prefix}"
refresh: 50ms
experiments:
  headline: {{arms: {{a: one, b: two}}}}
routes:
  - {{match: GET /, choose: headline}}
  - {{match: POST /buy, reward: headline}}
"""

#: What the wire does in a bad window; as often as all of these, it does its work.
FAULTS = (Fault.DROP_REQUEST, Fault.DROP_REPLY, Fault.HOLD, Fault.BLACKHOLE)

VISITORS = 4

#: Workers that are killed at least.
KILLS = 3

#: Seconds a visitor rests between two requests: what is measured is not how long a queue is.
REST = 0.02

Serve = Callable[[Path, str], AbstractContextManager[Server]]

#: How the servers are run.
SERVERS: dict[str, Serve] = {
    "gunicorn": lambda folder, app: gunicorn(folder, f"{app}:wsgi", workers=4),
    "uvicorn": lambda folder, app: uvicorn(folder, f"{app}:asgi", workers=2),
}


class Run:
    """A run and its figures.

    Attributes:
        tally: what visitors saw.
        stored: what was counted, by kind.
        kills: how many workers were killed.
        faults: how many requests of the store met a fault.
        taken: seconds that requests took, by whether it was a bad window.
    """

    def __init__(self, seed: int) -> None:
        self.tally = Tally()
        self.stored: Counter[str] = Counter()
        self.kills = 0
        self.faults = 0
        self.taken: dict[bool, list[float]] = {False: [], True: []}
        self.going = True
        self.bad = False
        self._random = random.Random(seed)

    def fault(self) -> Fault:
        """Return what happens to a request of the store now."""
        if not self.bad or self._random.random() < 0.5:
            return Fault.NONE
        self.faults += 1
        return self._random.choice(FAULTS)

    def visit(self, port: int) -> None:
        """Be one new visitor after the other: look once, buy once."""
        while self.going:
            visitor = Visitor(port)
            if self._send("pulls", lambda: visitor.get("/")):  # noqa: B023  # called at once
                self._send("rewards", lambda: visitor.request("POST", "/buy"))  # noqa: B023  # too

    def _send(self, kind: str, request: Callable[[], Answer]) -> bool:
        bad, begin = self.bad, time.perf_counter()
        answered = self.tally.send(kind, request)
        if answered:
            self.taken[bad].append(time.perf_counter() - begin)
        time.sleep(REST)
        return answered

    def windows(self, server: Server, proxy: Proxy, seconds: float, window: float) -> None:
        """Let good and bad windows take turns; a worker is killed twice in a bad one.

        On a machine so busy that nothing happened by then it goes on, for a minute at most.
        """
        end = time.monotonic() + seconds
        while (now := time.monotonic()) < end or (
            now < end + PATIENCE and not (self.faults and self.kills >= KILLS)
        ):
            self.bad = False
            proxy.deliver()
            time.sleep(window)
            self.bad = True
            for _ in range(2):
                time.sleep(window / 3)
                self.kills += kill_one(server, self._random)
            time.sleep(window / 3)
        self.bad = self.going = False
        proxy.deliver()


@contextlib.contextmanager
def wire(plan: Callable[[], Fault]) -> Iterator[Proxy]:
    """Yield a lossy wire to the shared server."""
    proxy = Proxy(redis_servers.shared(redis_servers.NAMES[0]).socket)
    proxy.plan = plan
    yield proxy
    proxy.close()


def configure(folder: Path, proxy: Proxy, timeout: float) -> None:
    """Write the configuration: the counts are at the end of the wire."""
    config = CONFIG.format(port=proxy.port, timeout=timeout, prefix=folder.name)
    (folder / "banditware.yaml").write_text(config)


def perform(folder: Path, serve: Serve, *, seconds: float, window: float) -> Run:
    """Run a server for so many seconds and return the figures."""
    run = Run(seed=1)
    (folder / "shop.py").write_text(APP)
    with wire(run.fault) as proxy:
        configure(folder, proxy, timeout=1)
        with serve(folder, "shop") as server:
            threads = [
                threading.Thread(target=run.visit, args=(server.port,)) for _ in range(VISITORS)
            ]
            for thread in threads:
                thread.start()
            run.windows(server, proxy, seconds, window)
            for thread in threads:
                thread.join()
        proxy.deliver()
        configure(folder, proxy, timeout=30)
        arms = json.loads(stats(folder))["experiments"]["headline"]["arms"].values()
    run.stored = Counter({kind: sum(arm[kind] for arm in arms) for kind in KINDS})
    return run


@pytest.mark.skipif(not redis_servers.NAMES, reason="no server can be installed here")
@pytest.mark.parametrize("name", SERVERS)
def test_kills_and_a_lossy_wire_lose_nothing_and_double_nothing(tmp_path: Path, name: str) -> None:
    """Acknowledged <= stored <= attempted, for pulls and rewards; no request fails but by kills."""
    run = perform(tmp_path, SERVERS[name], seconds=4, window=1)

    assert run.kills >= KILLS
    assert run.faults > 0
    assert not run.tally.failed
    for kind in KINDS:
        assert 0 < run.tally.acknowledged[kind] <= run.stored[kind] <= run.tally.attempted[kind]


def show(name: str, run: Run) -> bool:
    """Print the figures of a run; return whether nothing is lost and nothing is there twice."""
    print(f"{name}: {run.kills} workers killed, {run.faults} faults of the wire")
    wrong = 0
    for kind in KINDS:
        known, tried = run.tally.acknowledged[kind], run.tally.attempted[kind]
        lost, doubled = max(0, known - run.stored[kind]), max(0, run.stored[kind] - tried)
        wrong += lost + doubled + run.tally.failed[kind]
        print(
            f"  {kind}: acknowledged {known}, stored {run.stored[kind]}, attempted {tried}; "
            f"lost {lost}, doubled {doubled}, errors {run.tally.failed[kind]}"
        )
    good, bad = (statistics.quantiles(run.taken[each], n=100) for each in (False, True))
    for text, at in (("p50", 49), ("p99", 98)):
        print(
            f"  {text}: {good[at] * 1e3:.2f} ms without faults, {bad[at] * 1e3:.2f} ms with them, "
            f"ratio {bad[at] / good[at]:.2f}"
        )
    return wrong == 0


def main(arguments: Sequence[str]) -> int:
    """Run all servers for so many seconds each; return the exit status."""
    right = []
    for name, serve in SERVERS.items():
        with tempfile.TemporaryDirectory() as folder:
            run = perform(Path(folder), serve, seconds=float(arguments[0]), window=5)
        right.append(show(name, run))
    return 0 if all(right) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or ["60"]))
