"""What each adapter adds to a request, next to its bare framework and to Flask-MAB, in one run.

Every figure is the median over rounds of (with minus without), as in `overhead.py`; behind it
stands what the bare framework takes. Views are written as the guides say: decorators in Flask,
Django and Starlette, dependencies in FastAPI. `PYTHONPATH=. python benchmarks/frameworks.py`.
"""

from __future__ import annotations

import asyncio
import io
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from banditware import Bandit
from benchmarks import framework_apps as apps
from benchmarks import tables
from benchmarks.apps import BODY, config, flask_app
from benchmarks.sending import ROWS, Request, scope, wsgi_request
from benchmarks.timing import CALLS, overhead
from benchmarks.ways import Way

#: Microseconds below which a difference is what the machine makes of it.
LEAST = 1.0

ROUNDS = 4


def frameworks(bandit: Bandit, mab: Path, loop: asyncio.AbstractEventLoop) -> list[Way]:
    """Return all columns, the peer's last."""
    asgi = in_loop(loop)
    return [
        Way("Flask", wsgi_request, apps.flask(None), apps.flask(bandit)),
        Way("Django", with_input, apps.django_wsgi(None), apps.django_wsgi(bandit)),
        Way("Django ASGI", asgi, apps.django_asgi(None), apps.django_asgi(bandit)),
        Way("Starlette", asgi, apps.starlette(None), apps.starlette(bandit)),
        Way("FastAPI", asgi, apps.fastapi(None), apps.fastapi(bandit)),
        Way("Flask-MAB", wsgi_request, flask_app(), flask_app(mab)),
    ]


def with_input(app: Any, path: str, cookie: str) -> Request:
    """Return what makes requests of a WSGI app that looks for their bodies."""

    def read(environ: dict[str, Any], start_response: Any) -> Any:
        return app({**environ, "wsgi.input": io.BytesIO()}, start_response)

    return wsgi_request(read, path, cookie)


def in_loop(loop: asyncio.AbstractEventLoop) -> Callable[[Any, str, str], Request]:
    """Return what makes requests of ASGI apps, which run in an event loop as under a server."""

    def make(app: Any, path: str, cookie: str) -> Request:
        facts, cookies = scope(path, cookie), list[str]()

        async def answer() -> None:
            asked = False

            async def receive() -> dict[str, Any]:
                nonlocal asked
                if asked:  # nobody leaves before the answer is there
                    await asyncio.Event().wait()
                asked = True
                return {"type": "http.request", "body": b"", "more_body": False}

            async def send(message: dict[str, Any]) -> None:
                pairs = message.get("headers", ())
                found = [v.decode() for k, v in pairs if k.lower() == b"set-cookie"]
                cookies[:] = found or cookies

            await app({**facts, "headers": list(facts["headers"])}, receive, send)

        return lambda: loop.run_until_complete(answer()), cookies

    return make


def check(framework: Way) -> None:
    """Look whether the app with experiments does what it is to do.

    Raises:
        AssertionError: it sets no cookie for a new visitor.
    """
    request, cookies = framework.make(framework.wrapped, "/", "")
    request()
    assert cookies, framework.name


def table(columns: list[Way], rounds: int, settle: Callable[[], object]) -> str:
    """Time everything and return the table."""
    rows = []
    for row in ROWS:
        pairs = [overhead(each, row, rounds, settle) for each in columns]
        cells = [f"{added:.1f} ({bare:.0f})" for added, bare in pairs]
        rows.append([row.what, *cells, pairs[-1][0] / max(pairs[0][0], LEAST)])
    names = [each.name for each in columns]
    return tables.markdown(["added microseconds (bare)", *names, f"{names[-1]}, times Flask"], rows)


def main() -> None:
    """Print the table."""
    rounds = 1 if tables.options(__doc__).quick else ROUNDS
    loop = asyncio.new_event_loop()
    with tempfile.TemporaryDirectory() as name:
        settings = {**config(Path(name)), "routes": []}
        with Bandit.from_config(settings) as bandit:
            columns = frameworks(bandit, Path(name) / "mab.json", loop)
            for framework in columns[:-1]:
                check(framework)
            print("### What the adapters add, by framework\n")
            print(table(columns, rounds, bandit.flush))
    loop.close()
    print(
        f"\nMedians of {rounds} rounds of {CALLS:,} calls, with and without experiments in turn; "
        "in brackets what the bare framework takes. Apps are written as the guides say: decorators "
        "in Flask, Django and Starlette, dependencies in FastAPI."
    )


if __name__ == "__main__":
    assert apps.TEXT.encode() == BODY
    main()
