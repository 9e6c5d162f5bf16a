"""Fixtures for the tests of decisions."""

from __future__ import annotations

import threading

import pytest


@pytest.fixture
def calm(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep flushers from starting threads: what is recorded waits until a test flushes."""
    idle = threading.Thread(target=int)
    idle.start()
    idle.join()
    monkeypatch.setattr("banditware.flusher.launch", lambda *arguments: idle)
