"""What the tests of the Flask adapter share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from banditware_flask import Bandits
from tests.flask.shops import OpenApp, apps


@pytest.fixture
def bandits() -> Bandits:
    """The extension, before there is an app."""
    return Bandits()


@pytest.fixture
def open_app() -> Iterator[OpenApp]:
    """Open apps that are closed after the test."""
    with apps() as opened:
        yield opened
