"""Visits that tell of their decisions."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from banditware.debugging import Debug
from banditware.environ_facts import EnvironFacts
from banditware.showing import TellingVisit
from banditware.timing import Watch
from banditware.visit import Visit
from banditware.watching import visits
from tests.support import configured
from tests.wires.shop import OpenShop, shops
from tests.wires.wsgi import environ


@pytest.fixture
def open_shop() -> Iterator[OpenShop]:
    """Open bandits that are closed after the test."""
    with shops() as opened:
        yield opened


class Ticking:
    """A clock that goes on by a millisecond whenever it is read."""

    now = 0.0

    def __call__(self) -> float:
        """Return the time, a millisecond later."""
        self.now += 0.001
        return self.now


def test_a_plain_visit_unless_something_is_shown() -> None:
    """Without headers to show, visits are of the plain class and cost what they cost."""
    assert visits(configured(), Ticking()) is Visit
    assert visits(configured(debug={"force": True}), Ticking()) is Visit


def test_the_time_is_that_of_all_parts(open_shop: OpenShop) -> None:
    """What choosing, deciding and finishing took is summed up, in milliseconds."""
    shop = open_shop(debug={"server_timing": True})
    watch = Watch(Ticking(), shop.settings.debug)
    visit = TellingVisit(watch, shop._ground, EnvironFacts(environ()))
    visit.choose()
    assert visit["color"] in {"#f00", "#00f"}
    visit.finish(200)
    assert visit.notes == (("Server-Timing", "banditware;dur=3.000"),)


def test_nothing_was_decided(open_shop: OpenShop) -> None:
    """Arms are told where there are any."""
    watch = Watch(Ticking(), Debug(header=True))
    visit = TellingVisit(watch, open_shop()._ground, EnvironFacts(environ()))
    visit.finish(200)
    assert visit.notes == ()
