"""Apps that give one answer."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import trio

from banditware.answer import Answer, Later, Received
from banditware.answering import asgi_app


def in_asyncio(main: Callable[[], Awaitable[None]]) -> None:
    """Run in a loop of asyncio."""

    async def run() -> None:
        await main()

    asyncio.run(run())


@pytest.mark.parametrize("run", [in_asyncio, trio.run])
def test_what_takes_time_is_made_beside_the_event_loop(
    run: Callable[[Callable[[], Awaitable[None]]], None],
) -> None:
    """Under both kinds of loops that servers have, waiting happens in a thread."""
    sent: list[dict[str, Any]] = []
    threads: list[threading.Thread] = []

    def respond(received: Received) -> Answer:
        threads.append(threading.current_thread())
        return Answer(200, (), received.body or b"")

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"there", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    async def main() -> None:
        await asgi_app(Later(respond, 10))({"type": "http", "method": "POST"}, receive, send)

    run(main)
    assert sent[1]["body"] == b"there"
    assert threads != [threading.current_thread()]
