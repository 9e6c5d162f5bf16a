"""Fixtures for the tests of commands."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def config(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Return a file with the configuration that the module of the test calls `CONFIG`."""
    path = tmp_path / "banditware.yaml"
    text: str = request.module.CONFIG
    path.write_text(text, encoding="utf-8")
    return path
