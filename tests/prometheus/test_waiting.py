"""A scrape that waits for the store holds nobody up."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest

from banditware import Bandit
from banditware.asgi import ASGIMiddleware
from banditware.stores.memory import MemoryStore
from tests.support import Watch, configured
from tests.wires import asgi

pytestmark = pytest.mark.usefixtures("calm")


class Held(MemoryStore):
    """A store that answers when it may."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = threading.Event()
        self.going = threading.Event()
        self.going.set()

    def exchange(self, *given: Any) -> Any:
        """Exchange, once it may."""
        self.asked.set()
        assert self.going.wait(60)
        return super().exchange(*given)


async def app(scope: Any, receive: Any, send: Any) -> None:
    await send(asgi.start(200))
    await send(asgi.body(b"hello"))


async def until(holds: Callable[[], bool]) -> None:
    """Let the loop go on until something holds."""
    for _ in range(6_000):
        if holds():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it never came true")


async def asked(wrapped: ASGIMiddleware, path: str) -> bytes:
    """Return the body that a path is answered with."""
    parts: list[bytes] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        parts.append(message.get("body", b""))

    await wrapped(asgi.scope("GET", path), receive, send)
    return b"".join(parts)


async def test_the_event_loop_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """While the store keeps a scrape waiting, other requests of the same loop are answered."""
    store, watch = Held(), Watch()
    settings = configured(metrics={"path": "/metrics", "token": False})
    with Bandit(settings, store=store, clock=watch) as bandit:
        current = bandit.current
        monkeypatch.setattr(bandit, "current", lambda patience: current(60 * patience))
        wrapped = ASGIMiddleware(app, bandit)
        assert await asked(wrapped, "/plain") == b"hello"
        watch.now += 10_000
        store.asked.clear()
        store.going.clear()
        scrape = asyncio.create_task(asked(wrapped, "/metrics"))
        await until(store.asked.is_set)
        assert await asked(wrapped, "/plain") == b"hello"
        waited = not scrape.done()
        store.going.set()
        assert b"banditware_pulls_total" in await scrape
        assert waited
