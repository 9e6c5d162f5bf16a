"""Fixtures for the tests of decisions."""

from __future__ import annotations

import os
import threading

import pytest
from hypothesis import HealthCheck, settings

# A slow machine is no mistake, and what lands must not depend on luck: the examples of the gate are
# always the same. `make test-long` looks for others.
settings.register_profile(
    "banditware",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize="BANDITWARE_TEST_TIMES" not in os.environ,
)
settings.load_profile("banditware")


@pytest.fixture
def calm(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep flushers from starting threads: what is recorded waits until a test flushes."""
    idle = threading.Thread(target=int)
    idle.start()
    idle.join()
    monkeypatch.setattr("banditware.flusher.launch", lambda *arguments: idle)
