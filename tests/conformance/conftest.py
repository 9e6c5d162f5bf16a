"""What the conformance tests of every way in share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.wires.entries import ENTRIES
from tests.wires.shop import OpenShop, shops
from tests.wires.visitors import Door


@pytest.fixture
def open_shop() -> Iterator[OpenShop]:
    """Open bandits that are closed after the test."""
    with shops() as opened:
        yield opened


@pytest.fixture(params=ENTRIES)
def door(request: pytest.FixtureRequest) -> Door:
    """Every way in, one after the other."""
    return Door(ENTRIES[request.param])
