"""What the tests of the Django adapter share: a project, and shops in it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.wires import django_project
from tests.wires.shop import OpenShop, shops

django_project.set_up()


@pytest.fixture
def open_shop() -> Iterator[OpenShop]:
    """Open bandits that are closed after the test."""
    with shops() as opened:
        yield opened
