"""The decision log under real servers that are ended by SIGTERM: run by hand."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from tests.serving import Server, Visitor, gunicorn, uvicorn

CONFIG = """\
secret_keys: k
experiments: {button: {arms: [a, b]}}
routes: [{match: GET /, choose: button}]
log: {file: decisions.jsonl}
"""

WSGI = """\
from banditware import current_visit

def app(environ, start_response):
    start_response("200 OK", [("X-Decision", current_visit().decide("button").id)])
    return [b"hello"]
"""

ASGI = """\
from banditware import current_visit

async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        for phase in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{phase}.complete"})
        return
    id_ = current_visit().decide("button").id.encode()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"x-decision", id_)]})
    await send({"type": "http.response.body", "body": b"hello"})
"""

Serve = Callable[..., AbstractContextManager[Server]]


@pytest.mark.parametrize(("serve", "app"), [(gunicorn, WSGI), (uvicorn, ASGI)])
def test_sigterm(serve: Serve, app: str, tmp_path: Path) -> None:
    """Every decision that a visitor got is in the file once the server has ended."""
    (tmp_path / "banditware.yaml").write_text(CONFIG)
    (tmp_path / "shop.py").write_text(app)
    with serve(tmp_path, "shop:app") as server:
        answers = [Visitor(server.port).get("/") for _ in range(300)]
    ids = [dict(_lower(each.headers))["x-decision"] for each in answers]
    lines = (tmp_path / "decisions.jsonl").read_text().splitlines()
    events: list[dict[str, Any]] = [json.loads(line) for line in lines]
    assert sorted(event["decision_id"] for event in events) == sorted(ids)
    assert all(event["counted"] for event in events)


def _lower(headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(name.lower(), value) for name, value in headers]
