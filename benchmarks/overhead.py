"""What banditware adds to a request, next to Flask-MAB and to the bare app, in one run.

Every figure is the median over rounds of (wrapped minus bare), both timed in turn within a round,
so that a machine whose speed drifts favours neither. A round is long enough for the caches of the
processor to be those of a server that answers one request after the other.
`python benchmarks/overhead.py --rounds N`.
"""

from __future__ import annotations

import argparse
import gc
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from pathlib import Path
from typing import Any, NamedTuple

from mabwiser.mab import MAB, LearningPolicy

from banditware import Bandit, wrap

BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"
HEADERS = {
    "host": "localhost",
    "user-agent": BROWSER,
    "accept": "text/html,application/xhtml+xml",
    "accept-language": "en",
    "accept-encoding": "gzip, deflate",
    "connection": "keep-alive",
}
BODY = b"hello"
CALLS = 1_000


class Row(NamedTuple):
    """One row of DESIGN section 9.

    Attributes:
        what: the row's name.
        path: what is requested.
        returning: True if the visitor brings the cookie of an earlier visit.
        budget: microseconds that DESIGN allows.
    """

    what: str
    path: str
    returning: bool
    budget: float


ROWS = (
    Row("route that matches nothing", "/other", returning=True, budget=1.0),
    Row("returning visitor, two experiments", "/", returning=True, budget=6.0),
    Row("new visitor, two experiments", "/", returning=False, budget=35.0),
    Row("reward of two experiments", "/btnclick", returning=True, budget=30.0),
)


def config(folder: Path) -> dict[str, Any]:
    """Return the two experiments of Flask-MAB's getting started, on SQLite."""
    return {
        "secret_keys": ["0123456789abcdef0123456789abcdef"],
        "store": f"sqlite:///{folder}/counts.db",
        "experiments": {
            "color_btn": {
                "arms": {"green": "#00FF00", "red": "#FF0000", "blue": "#0000FF"},
                "policy": {"name": "epsilon-greedy", "epsilon": 0.2},
            },
            "txt_btn": {"arms": {"casual": "Hey", "neutral": "Add", "formal": "Good day"}},
        },
        "routes": [
            {"match": "GET /", "choose": ["color_btn", "txt_btn"]},
            {"match": "GET /btnclick", "reward": ["color_btn", "txt_btn"]},
        ],
    }


# One request against each kind of app, as a function without arguments.


def environ(path: str, cookie: str) -> dict[str, Any]:
    """Return what a server hands to a WSGI app."""
    facts: dict[str, Any] = {
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.url_scheme": "http",
        "wsgi.input": None,
        "wsgi.errors": sys.stderr,
    }
    facts.update({f"HTTP_{k.upper().replace('-', '_')}": v for k, v in HEADERS.items()})
    return {**facts, "HTTP_COOKIE": cookie} if cookie else facts


def wsgi_request(app: Any, path: str, cookie: str) -> tuple[Callable[[], None], list[str]]:
    """Return a function that sends one request, and the list that gets its cookies."""
    facts, cookies = environ(path, cookie), list[str]()

    def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
        cookies[:] = [value for key, value in headers if key == "Set-Cookie"]

    def request() -> None:
        body = app(dict(facts), start_response)
        for _ in body:
            pass
        if hasattr(body, "close"):
            body.close()

    return request, cookies


def asgi_request(app: Any, path: str, cookie: str) -> tuple[Callable[[], None], list[str]]:
    """Return a function that sends one request by stepping the coroutine, without a loop."""
    headers = [(k.encode(), v.encode()) for k, v in HEADERS.items()]
    if cookie:
        headers.append((b"cookie", cookie.encode()))
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET",
        "scheme": "http", "path": path, "raw_path": path.encode(), "query_string": b"",
        "root_path": "", "headers": headers, "client": ("127.0.0.1", 1),
        "server": ("localhost", 80),
    }  # fmt: skip
    cookies = list[str]()

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        found = (v.decode() for k, v in message.get("headers", ()) if k == b"set-cookie")
        cookies[:] = [*found] or cookies

    def request() -> None:
        step = app(dict(scope), receive, send)
        try:
            step.send(None)
        except StopIteration:
            return

    return request, cookies


# The apps.


def plain_wsgi(environ: Any, start_response: Any) -> Iterable[bytes]:
    """Answer with five bytes."""
    start_response("200 OK", [("Content-Type", "text/html"), ("Content-Length", "5")])
    return [BODY]


class Least:
    """The least that a wrapper has to do for views that may ask for its object in either way.

    The object is under a key in the environ, and in the context; it knows the request without
    being part of it, and when the response starts.
    """

    def __init__(self, app: Any) -> None:
        self.app = app

    def __call__(self, environ: Any, start_response: Any) -> Any:
        """Answer as the app does."""
        thing = environ["least"] = Thing(environ.copy())

        def start(status: str, headers: Any, exc_info: Any = None) -> Any:
            thing.started = True
            return start_response(status, headers)

        token = THING.set(thing)
        try:
            return self.app(environ, start)
        finally:
            THING.reset(token)


class Thing:
    """What such a wrapper gives to views."""

    def __init__(self, facts: Any) -> None:
        self.facts = facts
        self.started = False


THING: ContextVar[Thing] = ContextVar("thing")


async def plain_asgi(scope: Any, receive: Any, send: Any) -> None:
    """Answer with five bytes."""
    headers = [(b"content-type", b"text/html"), (b"content-length", b"5")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": BODY})


def flask_app(storage: Path | None = None) -> Any:
    """Return the getting-started app of Flask-MAB, bare or (with a storage file) with it."""
    import flask  # noqa: PLC0415  # slow, and only here

    app = flask.Flask("shop")

    def root(**arms: str) -> str:
        return BODY.decode()

    if storage is None:
        views = dict.fromkeys(("/", "/btnclick", "/other"), root)
    else:
        views = flask_mab_views(app, root, storage)
    for index, (path, view) in enumerate(views.items()):
        app.add_url_rule(path, str(index), view)
    return app


def flask_mab_views(app: Any, root: Any, storage: Path) -> dict[str, Any]:
    """Set Flask-MAB up on the app and return its decorated views."""
    import flask_mab  # noqa: PLC0415  # slow, and only here
    from flask_mab.bandits import EpsilonGreedyBandit  # noqa: PLC0415  # the same

    app.config["MAB_STORAGE_ENGINE"] = "JSONBanditStorage"
    app.config["MAB_STORAGE_OPTS"] = (str(storage),)
    storage.write_text("{}")
    flask_mab.BanditMiddleware(app)
    for name, arms in (("color_btn", "abc"), ("txt_btn", "def")):
        bandit = EpsilonGreedyBandit(0.2)
        for arm in arms:
            bandit.add_arm(arm, arm)
        app.add_bandit(name, bandit)

    def named(name: str) -> Any:
        def view(**arms: str) -> str:
            return str(root(**arms))

        view.__name__ = name
        return view

    choose, reward = flask_mab.choose_arm, flask_mab.reward_endpt
    return {
        "/": choose("color_btn")(choose("txt_btn")(named("root"))),
        "/btnclick": reward("color_btn", 1.0)(reward("txt_btn", 1.0)(named("click"))),
        "/other": named("other"),
    }


# Timing.


def timed(request: Callable[[], object]) -> float:
    """Return microseconds per call over a short run."""
    start = time.perf_counter()
    for _ in range(CALLS):
        request()
    return (time.perf_counter() - start) / CALLS * 1e6


def overhead(make: Any, bare: Any, wrapped: Any, row: Row, rounds: int) -> tuple[float, float]:
    """Return the median of (wrapped minus bare) and the bare median, in microseconds."""
    cookie = ""
    if row.returning:
        first, cookies = make(wrapped, "/", "")
        first()
        cookie = "; ".join(value.split(";")[0] for value in cookies)
    pair = [make(app, row.path, cookie)[0] for app in (bare, wrapped)]
    samples = []
    for request in pair:
        timed(request)
    for _ in range(rounds):
        gc.collect()
        samples.append([timed(request) for request in pair])
    return (
        statistics.median(after - before for before, after in samples),
        statistics.median(before for before, _ in samples),
    )


def decide_cost(bandit: Bandit, rounds: int) -> tuple[float, float]:
    """Return microseconds of one decision, by banditware and by MABWiser's Thompson sampling."""
    peer = MAB(["a", "b", "c"], LearningPolicy.ThompsonSampling())
    peer.fit(["a", "b", "c"] * 20, [0, 1, 0, 1, 1, 0] * 10)
    ours = statistics.median(timed(lambda: bandit.decide("txt_btn")) for _ in range(rounds))
    theirs = statistics.median(timed(peer.predict) for _ in range(rounds))
    return ours, theirs


def import_cost(module: str) -> float:
    """Return milliseconds of processor time that importing a compiled module takes, at least."""
    code = (
        "import resource as r; a = r.getrusage(r.RUSAGE_SELF);"
        f"import {module}; b = r.getrusage(r.RUSAGE_SELF);"
        "print(b.ru_utime - a.ru_utime + b.ru_stime - a.ru_stime)"
    )
    environ = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    with tempfile.TemporaryDirectory() as folder:
        environ["PYTHONPYCACHEPREFIX"] = folder
        command = [sys.executable, "-c", code]
        runs = [
            subprocess.run(command, capture_output=True, check=True, text=True, env=environ).stdout
            for _ in range(16)
        ]
    return min(map(float, runs[1:])) * 1e3  # the first one compiles


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=16)
    rounds = parser.parse_args().rounds
    print(f"CPython {platform.python_version()}, {platform.machine()}, {rounds} rounds of {CALLS}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        table(folder, rounds)


def table(folder: Path, rounds: int) -> None:
    """Time everything and print it."""
    with Bandit.from_config(config(folder)) as bandit:
        flask_bare, flask_mab = flask_app(), flask_app(folder / "mab.json")
        entries: list[tuple[str, Any, Any, Any]] = [
            ("WSGI", wsgi_request, plain_wsgi, wrap(plain_wsgi, bandit)),
            ("ASGI", asgi_request, plain_asgi, wrap(plain_asgi, bandit)),
            ("Flask", wsgi_request, flask_bare.wsgi_app, wrap(flask_bare.wsgi_app, bandit)),
            ("Flask-MAB", wsgi_request, flask_bare.wsgi_app, flask_mab.wsgi_app),
        ]
        print(f"\n{'added microseconds':36}{'budget':>8}" + "".join(f"{e[0]:>11}" for e in entries))
        for row in ROWS:
            costs = [overhead(*entry[1:], row, rounds)[0] for entry in entries]
            cells = "".join(f"{cost:11.2f}" for cost in costs)
            print(
                f"{row.what:36}{row.budget:8.0f}{cells}   1/{costs[3] / costs[0]:.0f} of Flask-MAB"
            )
        least = overhead(wsgi_request, plain_wsgi, Least(plain_wsgi), ROWS[0], rounds)[0]
        print(f"{'the least, where nothing matches':36}{least:19.2f}")
    memory = {**config(folder), "store": "memory://"}
    with Bandit.from_config(memory) as bandit:
        ours, theirs = decide_cost(bandit, rounds)
    print(f"{'decide() without context':36}{2:8}{ours:11.2f}   MABWiser Thompson {theirs:.2f}")
    imports = {name: import_cost(name) for name in ("banditware", "flask_mab")}
    print(
        f"{'import, milliseconds of CPU':36}{60:8}{imports['banditware']:11.1f}"
        f"   Flask-MAB {imports['flask_mab']:.1f}"
    )


if __name__ == "__main__":
    main()
