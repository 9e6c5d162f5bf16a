from __future__ import annotations

import random

import pytest

from banditware.cli.demonstration import crowd as module
from banditware.cli.demonstration.crowd import Crowd
from banditware.cli.demonstration.errors import DemoError
from banditware.cli.demonstration.visitors import Visitor
from tests.cli.demonstration.shop import VALUES, Answer, Shop


@pytest.fixture
def visitors(shop: Shop) -> list[Visitor]:
    """Return thirty people who have not come yet."""
    generator = random.Random(7)
    return [Visitor.new(shop.address, generator) for _ in range(30)]


@pytest.fixture
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let everybody come at once."""
    monkeypatch.setattr(module, "PACE", 1e6)
    monkeypatch.setattr(module, "_GAP", 0.0)


@pytest.mark.usefixtures("_hurry")
def test_everybody_comes_as_often_as_planned(visitors: list[Visitor]) -> None:
    """When the crowd is through, everybody has come as often as they meant to."""
    with Crowd(visitors, VALUES, 1) as crowd:
        while not crowd.wait(0.05):
            assert len(crowd.arrived()) <= len(visitors)
    assert [each.came for each in visitors] == [each.visits for each in visitors]
    assert crowd.arrived() == visitors
    assert sum(each.surprises for each in visitors) == 0


@pytest.mark.usefixtures("_hurry")
def test_a_failure_is_told(shop: Shop, visitors: list[Visitor]) -> None:
    """What keeps one visitor from the page is raised, and the others stop coming."""
    shop.answers["GET /"] = Answer(503)
    with Crowd(visitors, VALUES, 1) as crowd:
        for thread in crowd._threads:
            thread.join()
        with pytest.raises(DemoError, match="status 503"):
            crowd.wait(0.05)
    assert sum(each.came for each in visitors) <= module.THREADS


def test_leaving_early(visitors: list[Visitor]) -> None:
    """Nobody starts a visit once the crowd is left, however long they meant to wait."""
    with Crowd(visitors, VALUES, 1, clock=iter([1e9, *[0.0] * 100]).__next__) as crowd:
        assert not crowd.wait(0.0)
    assert all(each.came == 0 for each in visitors)


def test_the_plan_is_in_order(visitors: list[Visitor]) -> None:
    """First visits are in the order of the visitors, and returns among later ones."""
    plan = list(module._planned(visitors, random.Random(1)))
    times = [due for due, _ in plan]
    firsts = list(dict.fromkeys(id(visitor) for _, visitor in plan))
    assert times == sorted(times)
    assert firsts == [id(visitor) for visitor in visitors]
    assert len(plan) == sum(visitor.visits for visitor in visitors)
