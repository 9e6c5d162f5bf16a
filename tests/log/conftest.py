"""Fixtures for the tests of the decision log."""

from __future__ import annotations

import pytest


@pytest.fixture
def unwritten(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep events in memory until a test asks for them to be written."""
    monkeypatch.setattr("banditware.log.writer.keep_turning", lambda *_: None)
