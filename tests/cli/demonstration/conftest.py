"""What the tests of the demonstration share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.cli.demonstration.shop import Answer, Shop, opened


@pytest.fixture
def shop() -> Iterator[Shop]:
    """Return a shop with a red and formal button that leads back to it."""
    page = Answer(headers=(("Set-Cookie", "bw=1!a~b; Path=/; HttpOnly"), ("Set-Cookie", "x=1")))
    click = Answer(303, "", (("Location", "/#thanks"),))
    with opened({"GET /": page, "POST /btnclick": click}) as running:
        yield running
