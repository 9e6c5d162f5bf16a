"""Real servers of every worker model are ended while visitors visit: the counts stay exact.

`PYTHONPATH=. python tests/live/test_servers.py` runs every server on SQLite and on a real Valkey or
Redis, each started twice on one spool folder, and prints the figures. Further arguments choose
servers by name; `--uwsgi=PATH` runs another uWSGI than the one that is installed.
"""

from __future__ import annotations

import importlib.util
import json
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from tests import redis_servers
from tests.live.test_kill import KINDS, Tally, visit
from tests.serving import MODULE, Server, running, stats

#: Looks at a bandit of its own while it is imported, which may be before a server forks.
APP = """
import os
from banditware import Bandit

def note(name):
    with open(name, "ab", 0) as file:
        file.write(b"x")

note("began")
early = Bandit.from_config(os.environ["BANDITWARE_CONFIG"])
early.decide("early")
note("done")

def answer(visit, path):
    note(f"served-{os.getpid()}")
    if path == "/":
        return visit["headline"].encode()
    note("began")
    early.decide("early")
    note("done")
    return b"ok"

def wsgi(environ, start_response):
    body = answer(environ["banditware.visit"], environ["PATH_INFO"])
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
    return [body]

async def asgi(scope, receive, send):
    if scope["type"] == "lifespan":
        while (await receive())["type"] != "lifespan.shutdown":
            await send({"type": "lifespan.startup.complete"})
        await send({"type": "lifespan.shutdown.complete"})
        return
    body = answer(scope["banditware.visit"], scope["path"])
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": 200, "headers": [length]})
    await send({"type": "http.response.body", "body": body})
"""

CONFIG = """
secret_keys: [a-secret-for-tests-of-thirty-two-characters]
store: "{store}"
refresh: 50ms
experiments:
  headline: {{arms: {{a: one, b: two}}}}
  early: {{arms: [c, d]}}
routes:
  - {{match: GET /, choose: headline}}
  - {{match: POST /buy, reward: headline}}
"""

GUNICORN = (*MODULE, "gunicorn", "banditware.wsgi:application", "--bind", "127.0.0.1:{port}")

GUNICORN_2 = (*GUNICORN, "--workers", "2")

GRANIAN = (*MODULE, "granian", "--port", "{port}", "--workers", "2", "--interface")

UWSGI = (
    str(Path(sys.executable).with_name("uwsgi")),
    *("--http-socket", "127.0.0.1:{port}", "--module", "banditware.wsgi:build()"),
    *("--need-app", "--disable-logging"),
    *("--hook-master-start", "unix_signal:15 gracefully_kill_them_all"),
)

#: The servers with the settings that are proved: the package that is needed, and the command.
SERVERS: dict[str, tuple[str, tuple[str, ...]]] = {
    "gunicorn-sync": ("gunicorn", GUNICORN_2),
    "gunicorn-gthread": ("gunicorn", (*GUNICORN_2, "--threads", "4")),
    "gunicorn-gevent": ("gevent", (*GUNICORN_2, "--worker-class", "gevent")),
    "gunicorn-preload": ("gunicorn", (*GUNICORN_2, "--preload")),
    "gunicorn-gevent-preload": (
        "gevent",
        (*GUNICORN_2, "--worker-class", "gevent", "--preload"),
    ),
    "gunicorn-max-requests": ("gunicorn", (*GUNICORN_2, "--max-requests", "100")),
    "uvicorn": (
        "uvicorn",
        (*MODULE, "uvicorn", "banditware.asgi:application", "--port", "{port}", "--workers", "2"),
    ),
    "hypercorn": (
        "hypercorn",
        (
            *(*MODULE, "hypercorn", "banditware.asgi:build()", "--workers", "2"),
            *("--bind", "127.0.0.1:{port}"),
        ),
    ),
    "granian-wsgi": ("granian", (*GRANIAN, "wsgi", "banditware.wsgi:application")),
    "granian-asgi": ("granian", (*GRANIAN, "asgi", "banditware.asgi:application")),
    "uwsgi": ("pyuwsgi", (*UWSGI, "--master", "--processes", "2")),
    "uwsgi-single": ("pyuwsgi", UWSGI),
    "uwsgi-threads": (
        "pyuwsgi",
        (*UWSGI, "--master", "--processes", "2", "--threads", "4", "--enable-threads"),
    ),
    "uwsgi-lazy": ("pyuwsgi", (*UWSGI, "--master", "--processes", "2", "--lazy-apps")),
    "waitress": (
        "waitress",
        (*MODULE, "waitress", "--listen=127.0.0.1:{port}", "banditware.wsgi:application"),
    ),
}

#: Those that the suite runs; the script at the bottom runs all.
OFTEN = (
    *("gunicorn-gthread", "gunicorn-gevent", "gunicorn-preload", "gunicorn-max-requests"),
    *("uvicorn", "hypercorn", "granian-asgi", "uwsgi", "waitress"),
)

#: Servers of a single process; the others have two workers.
SINGLE = {"uwsgi-single", "waitress"}

#: Servers that speak ASGI.
ASGI = {"uvicorn", "hypercorn", "granian-asgi"}


class Bounds(NamedTuple):
    """What is known of something that was counted, and what was stored of it."""

    acknowledged: int
    stored: int
    attempted: int

    @property
    def exact(self) -> bool:
        """Whether nothing is lost and nothing is there twice."""
        return 0 < self.acknowledged <= self.stored <= self.attempted


def missing(name: str) -> str:
    """Return the package that a server needs and that is not installed here, or nothing."""
    package, _ = SERVERS[name]
    return "" if importlib.util.find_spec(package) else package


def prepare(folder: Path, store: str) -> None:
    """Write the app and its configuration."""
    (folder / "shop.py").write_text(APP)
    (folder / "banditware.yaml").write_text(CONFIG.format(store=store))


def serve(folder: Path, name: str, command: Sequence[str], tally: Tally, answers: int) -> None:
    """Start a server, and end it by SIGTERM once it has given so many answers."""
    goal = tally.acknowledged.total() + answers
    for path in folder.glob("served-*"):
        path.unlink()
    app = "shop:asgi" if name in ASGI else "shop:wsgi"
    with running(command, folder, app) as server:
        ended = threading.Event()
        threads = [
            threading.Thread(target=visit, args=(server.port, tally, lambda: not ended.is_set()))
            for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        try:
            await_answers(server, tally, goal)
            await_workers(folder, 1 if name in SINGLE else 2)
            server.process.send_signal(signal.SIGTERM)
            server.process.wait(60)
        finally:
            ended.set()
            for thread in threads:
                thread.join()


def await_answers(server: Server, tally: Tally, goal: int) -> None:
    """Wait until visitors got so many answers."""
    deadline = time.monotonic() + 120
    while tally.acknowledged.total() < goal:
        assert server.process.poll() is None, "the server ended"
        assert time.monotonic() < deadline, "the server does not answer"
        time.sleep(0.005)


def counted(folder: Path, tally: Tally) -> dict[str, Bounds]:
    """Return what visitors saw beside what was stored."""
    experiments = json.loads(stats(folder))["experiments"]
    arms = experiments["headline"]["arms"].values()
    stored = Counter({kind: sum(arm[kind] for arm in arms) for kind in KINDS})
    bounds = {
        kind: Bounds(tally.acknowledged[kind], stored[kind], tally.attempted[kind])
        for kind in KINDS
    }
    early = sum(arm["pulls"] for arm in experiments["early"]["arms"].values())
    done, began = ((folder / each).stat().st_size for each in ("done", "began"))
    return {**bounds, "early": Bounds(done, early, began)}


def await_workers(folder: Path, number: int) -> None:
    """Wait until so many workers have served: not all heed a signal while they start."""
    deadline = time.monotonic() + 120
    while len(list(folder.glob("served-*"))) < number:
        assert time.monotonic() < deadline, "not all workers serve"
        time.sleep(0.005)


@pytest.mark.parametrize("name", OFTEN)
def test_servers_count_exactly(tmp_path: Path, name: str) -> None:
    """Acknowledged <= stored <= attempted when a server gets SIGTERM under load."""
    if package := missing(name):
        pytest.skip(f"{package} cannot be installed here")
    prepare(tmp_path, "sqlite:///counts.db")
    tally = Tally()
    serve(tmp_path, name, SERVERS[name][1], tally, 150)

    bounds = counted(tmp_path, tally)
    assert all(each.exact for each in bounds.values()), bounds


@pytest.mark.skipif(not redis_servers.NAMES, reason="no server can be installed here")
def test_a_next_start_counts_what_the_first_left(tmp_path: Path) -> None:
    """A second start on the same spool folder and Valkey goes on where the first was ended."""
    url = redis_servers.shared(redis_servers.NAMES[0]).url(prefix=tmp_path.name)
    prepare(tmp_path, url)
    tally = Tally()
    for _ in range(2):
        serve(tmp_path, "gunicorn-preload", SERVERS["gunicorn-preload"][1], tally, 150)

    bounds = counted(tmp_path, tally)
    assert all(each.exact for each in bounds.values()), bounds


def show(name: str, store: str, command: Sequence[str]) -> bool:
    """Run a server twice on one store and print the figures; return whether they are exact."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        if store == "sqlite":
            url = "sqlite:///counts.db"
        else:
            url = redis_servers.shared(store).url(prefix=f"{name}-{place.name}")
        prepare(place, url)
        tally = Tally()
        for _ in range(2):
            serve(place, name, command, tally, 1000)
        bounds = counted(place, tally)
    figures = "; ".join(
        f"{kind} {each.acknowledged} <= {each.stored} <= {each.attempted}"
        for kind, each in bounds.items()
    )
    exact = all(each.exact for each in bounds.values())
    failed = f"; {tally.failed.total()} errors" if tally.failed else ""
    print(f"{'exact' if exact else 'WRONG'}  {name:24} {store:7} {figures}{failed}", flush=True)
    return exact


def main(arguments: Sequence[str]) -> int:
    """Run the servers that are named, or all; return the exit status."""
    other = [each.partition("=")[2] for each in arguments if each.startswith("--uwsgi=")]
    names = [each for each in arguments if not each.startswith("--")] or list(SERVERS)
    right = []
    for name in names:
        package, command = SERVERS[name]
        if package == "pyuwsgi" and other:
            command = (*other, *command[1:])
        elif missing(name):
            print(f"skipped  {name}: {package} cannot be installed here")
            continue
        stores = ("sqlite", *redis_servers.NAMES[:1])
        right += [show(name, store, command) for store in stores]
    return 0 if all(right) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
