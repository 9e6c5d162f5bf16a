"""What the tests of the dashboard share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from banditware.stores.memory import MemoryStore
from tests.dashboard.desk import Browser, OpenDesk, counted, opened


@pytest.fixture
def open_desk(calm: None) -> Iterator[OpenDesk]:
    """Open stands with a dashboard; they are closed after the test."""
    found: list[Browser] = []

    def begin(section: Any = None, **more: Any) -> Browser:
        found.append(opened(section, **more))
        return found[-1]

    yield begin
    for browser in found:
        browser.stand.bandit.close()


@pytest.fixture
def browser(open_desk: OpenDesk) -> Browser:
    """Somebody in front of a dashboard of which some was counted."""
    store = MemoryStore()
    counted(store)
    return open_desk(store=store)
