"""Which kind of visit the requests of an app are."""

from __future__ import annotations

from typing import Any

import pytest

from banditware.environ_facts import EnvironFacts
from banditware.routes import NO_MATCHES
from banditware.showing import TellingVisit
from banditware.timing import TimedVisit
from banditware.tracing import TracedVisit
from banditware.visit import Visit
from banditware.watching import visits
from tests.support import Stand, configured, stand
from tests.wires.wsgi import environ

pytestmark = pytest.mark.usefixtures("calm")


class Ticking:
    """A clock that goes on by a millisecond whenever it is read."""

    now = 0.0

    def __call__(self) -> float:
        """Return the time, a millisecond later."""
        self.now += 0.001
        return self.now


def opened(kinds: object, here: Stand) -> Visit:
    """Return a visit of these kinds."""
    assert callable(kinds)
    visit = kinds(here.bandit._ground, EnvironFacts(environ()), NO_MATCHES)
    assert isinstance(visit, Visit)
    return visit


def request(here: Stand) -> None:
    """Choose, decide and finish: a millisecond each."""
    visit = opened(visits(configured(metrics={}), Ticking()), here)
    visit.choose()
    visit.decide("button")
    visit.finish(200)


def test_a_plain_visit_unless_something_is_noted() -> None:
    """Who notes nothing pays nothing: visits are of the plain class itself."""
    assert visits(configured(), Ticking()) is Visit


def test_kinds_go_together() -> None:
    """A visit can be timed, tell headers and be of other kinds at once."""
    here = stand()
    kinds: list[tuple[dict[str, Any], set[type[Visit]]]] = [
        ({"metrics": {}}, {TimedVisit}),
        ({"debug": True}, {TimedVisit, TellingVisit}),
        ({"opentelemetry": True}, {TracedVisit}),
        (
            {"metrics": {}, "debug": True, "opentelemetry": True},
            {TimedVisit, TellingVisit, TracedVisit},
        ),
    ]
    for top, meant in kinds:
        visit = opened(visits(configured(**top), Ticking()), here)
        every: tuple[type[Visit], ...] = (TimedVisit, TellingVisit, TracedVisit)
        assert {kind for kind in every if isinstance(visit, kind)} == meant


def test_what_a_request_costs_is_summed_up() -> None:
    """Choosing, deciding and finishing are one cost; nobody measures it without `metrics`."""
    here = stand(metrics={})
    request(here)
    costs = here.bandit.costs
    assert costs is not None
    spent = costs.spent()
    assert (spent.buckets[-1][1], round(spent.total, 6)) == (1, 0.003)
    elsewhere = stand()
    request(elsewhere)
    assert elsewhere.bandit.costs is None


def test_a_bandit_measures_if_it_is_told_to() -> None:
    """With `metrics`, every request that decides or rewards is measured, and no other one."""
    here = stand(metrics={})
    surfer = here.surfer()
    for path in ("/", "/", "/plain"):
        surfer.ask(path)
    surfer.buy()
    costs = here.bandit.costs
    assert costs is not None
    assert costs.spent().buckets[-1][1] == 3
