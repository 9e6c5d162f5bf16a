"""What an app does with its responses works as it does without experiments."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, Response, request, send_file, stream_with_context
from flask.typing import ResponseReturnValue
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.test import Client

from banditware_flask import Bandits
from banditware_flask.testing import counted, forced
from tests.flask.shops import CONFIG, OpenApp, browser, totals
from tests.wires.wsgi import Served, environ, serve

ROUTES = [{"match": "GET /stream", "choose": "color_btn"}]


@pytest.fixture
def app(bandits: Bandits, open_app: OpenApp) -> Flask:
    """An app that chooses on `/stream`, by its file."""
    return open_app(bandits, {**CONFIG, "routes": ROUTES})


def test_a_stream_goes_out_as_it_is_made(bandits: Bandits, app: Flask) -> None:
    """The first part leaves before the second one is made, and the body is closed once."""
    steps: list[str] = []

    @app.get("/stream")
    def stream() -> Response:
        def parts() -> Iterator[bytes]:
            try:
                for name in ("one", "two", "three"):
                    steps.append(f"make {name}")
                    yield name.encode()
            finally:
                steps.append("close")

        return Response(parts(), mimetype="text/event-stream")

    served = Served()
    body = app(environ("GET", "/stream"), served.start_response)
    for part in body:
        steps.append(f"send {part.decode()}")
        if part == b"two":
            break
    body.close()  # type: ignore[attr-defined]  # werkzeug's has it
    assert steps == ["make one", "send one", "make two", "send two", "close"]
    assert totals(app).pulls == 1
    assert len(served.values("Set-Cookie")) == 1


def test_a_stream_that_asks_too_late(bandits: Bandits, app: Flask) -> None:
    """What a stream decides first is the default, and counted under its reason."""

    @app.get("/late")
    def late() -> Response:
        def parts() -> Iterator[str]:
            yield bandits.visit["txt_btn"]

        return Response(stream_with_context(parts()))

    with forced(app, txt_btn="formal"):
        assert browser(app).get("/late").text == "Hey!"
    assert totals(app, "txt_btn").pulls == 0


def test_a_file_goes_to_the_server_as_it_is(app: Flask, tmp_path: Path) -> None:
    """The server gets its own file wrapper, which it can send without reading the file."""
    path = tmp_path / "file.bin"
    path.write_bytes(b"0123456789")

    @app.get("/stream")
    def stream() -> Response:
        return send_file(path)

    class Wrapper:
        def __init__(self, file: Any, size: int = 0) -> None:
            self.file = file

        def __iter__(self) -> Iterator[bytes]:
            return iter([self.file.read()])

        def close(self) -> None:
            self.file.close()

    served = serve(app, environ("GET", "/stream", **{"wsgi.file_wrapper": Wrapper}))
    assert served.body == b"0123456789"
    assert isinstance(served.result, Wrapper)
    with browser(app).get("/stream", headers={"Range": "bytes=2-3"}) as part:
        assert (part.status_code, part.data) == (206, b"23")
    assert totals(app).pulls == 2


def test_error_handlers_answer(bandits: Bandits, app: Flask) -> None:
    """They see the visit, and what they answer decides whether a pull is counted."""
    app.testing = False

    @app.get("/<kind>")
    @bandits.choose("color_btn")
    def fail(kind: str, color_btn: str) -> str:
        raise {"key": KeyError, "zero": ZeroDivisionError}[kind]

    @app.errorhandler(KeyError)
    def mend(error: KeyError) -> str:
        return str(bandits.visit["color_btn"])

    @app.errorhandler(500)
    def sorry(error: Exception) -> ResponseReturnValue:
        return str(bandits.visit["color_btn"]), 500

    with forced(app, color_btn="red"):
        assert [browser(app).get(f"/{kind}").text for kind in ("key", "zero")] == ["#f00", "#f00"]
    assert counted(app, "color_btn")["red"].pulls == 1
    assert totals(app).excluded == {"status": 1}


def test_a_failure_before_any_handler_is_the_apps_own(app: Flask) -> None:
    """An exception that propagates is raised as it is, and nothing is counted."""

    @app.get("/stream")
    def stream() -> str:
        raise ZeroDivisionError("mine")

    with pytest.raises(ZeroDivisionError, match="mine"):
        browser(app).get("/stream")
    assert totals(app).pulls == 0


def test_contexts_may_be_kept_by_tests(bandits: Bandits, app: Flask) -> None:
    """`with client:` keeps the request, and with it the visit."""
    app.add_url_rule("/stream", "stream", lambda: "hello")
    with forced(app, color_btn="red"), browser(app) as client:
        client.get("/stream")
        assert request.path == "/stream"
        assert bandits.visit.decisions["color_btn"].arm == "red"


def test_apps_below_a_dispatcher(bandits: Bandits, open_app: OpenApp) -> None:
    """Each counts for itself, under a cookie of its own, its mount point part of its routes."""
    apps = []
    for path, name in (("/", "bw"), ("/more/", "more")):
        routes = [{"match": f"GET {path}", "choose": "color_btn"}]
        apps.append(open_app(bandits, {**CONFIG, "routes": routes, "cookie": {"name": name}}))
        apps[-1].add_url_rule("/", "home", lambda: "hello")
    client = Client(DispatcherMiddleware(apps[0], {"/more": apps[1]}))
    agent = {"User-Agent": "Mozilla/5.0 Firefox/140.0"}
    assert client.get("/", headers=agent).status_code == 200
    assert client.get("/more/", headers=agent).status_code == 200
    assert [totals(app).pulls for app in apps] == [1, 1]


def test_behind_a_proxy(app: Flask) -> None:
    """With `ProxyFix` around it, the cookie is what https asks for."""
    app.add_url_rule("/stream", "stream", lambda: "hello")
    app.wsgi_app = ProxyFix(app.wsgi_app)  # type: ignore[method-assign]  # as Flask's guide has it
    answer = browser(app).get("/stream", headers={"X-Forwarded-Proto": "https"})
    assert answer.headers["Set-Cookie"].startswith("__Host-bw=")


def test_a_fault_of_ours_does_not_reach_the_app(
    bandits: Bandits, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If nothing can be recorded, decorated views answer as ever."""

    @app.get("/stream")
    @bandits.choose("color_btn")
    def stream(color_btn: str) -> str:
        return color_btn

    @app.post("/buy")
    @bandits.reward("color_btn")
    def buy() -> str:
        return "thanks"

    with app.app_context():
        bandit = bandits.bandit

    def broken(*records: bytes) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(bandit._flusher, "record", broken)
    client = browser(app)
    assert client.get("/stream").text in {"#0f0", "#f00", "#00f"}
    assert client.post("/buy").text == "thanks"
    assert bandit.health().faults == 2
