"""The shims that time a wrapper inside a server."""

from __future__ import annotations

import asyncio
import json
from array import array
from typing import Any

import pytest

from benchmarks.inside_apps import BARE, END, TOLD, Samples, TimedASGI, TimedWSGI
from benchmarks.sending import environ, scope


def asked_wsgi(shim: TimedWSGI, path: str) -> bytes:
    """Return what the shim answers."""
    started: list[str] = []
    body = b"".join(shim(environ(path, ""), lambda status, headers: started.append(status)))
    assert started == ["200 OK"]
    return body


def asked_asgi(shim: TimedASGI, path: str) -> bytes:
    """Return what the shim answers."""
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(shim(scope(path, ""), None, send))
    assert sent[0]["status"] == 200
    return bytes(sent[1]["body"])


def wsgi(name: bytes) -> Any:
    """Return an app that answers with its name."""

    def app(environ: Any, start_response: Any) -> list[bytes]:
        start_response("200 OK", [])
        return [name]

    return app


def asgi(name: bytes) -> Any:
    """Return the same for ASGI."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": name})

    return app


@pytest.mark.parametrize(
    ("shim", "asked"),
    [
        (TimedWSGI(wsgi(b"bare"), wsgi(b"wrapped")), asked_wsgi),
        (TimedASGI(asgi(b"bare"), asgi(b"wrapped")), asked_asgi),
    ],
    ids=["WSGI", "ASGI"],
)
def test_a_shim_times_what_it_lets_answer(shim: Any, asked: Any) -> None:
    """Paths say which app answers; each request is a sample until the samples are told."""
    assert asked(shim, "/") == b"wrapped"
    assert asked(shim, f"{BARE}/") == b"bare"
    assert len(shim.samples.taken) == 2

    told = asked(shim, TOLD)

    assert told.endswith(END)
    assert json.loads(told)["median"] >= 0
    assert not shim.samples.taken


def test_samples_are_told_once_by_request() -> None:
    """Quartiles and means are microseconds, those of collections are spread over all requests."""
    samples = Samples()
    samples.taken = array("d", [1e-6, 2e-6, 3e-6, 10e-6])
    samples.collecting = 8e-6

    told = json.loads(samples.tell())

    assert told["median"] == pytest.approx(2.5)
    assert told["mean"] == pytest.approx(4)
    assert told["collecting"] == pytest.approx(2)
    assert (len(samples.taken), samples.collecting) == (0, 0.0)


def test_collections_are_noted() -> None:
    """Only the time from the start of a collection to its end counts."""
    samples = Samples(iter([1.0, 1.5, 7.0, 7.25]).__next__)
    for phase in ("start", "stop", "start", "stop"):
        samples.collected(phase, {"generation": 0})
    assert samples.collecting == 0.75
