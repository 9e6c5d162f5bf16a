"""What the tests of Starlette's adapter share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.wires.shop import OpenShop, shops


@pytest.fixture
def open_shop() -> Iterator[OpenShop]:
    """Open bandits that are closed after the test."""
    with shops() as opened:
        yield opened
