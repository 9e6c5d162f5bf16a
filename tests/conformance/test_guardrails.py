"""Every way in tells guardrails how the app has answered."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest

from tests.wires.shop import OpenShop
from tests.wires.visitors import Door, Reply, Seen

GUARDED: dict[str, Any] = {"color": {"arms": ["red", "blue"], "guardrails": {"errors": {}}}}


def noted(shop: Any) -> list[tuple[str, int]]:
    """Return the arms and statuses that were noted."""
    return [(decision.arm, status) for decision, status, _ in shop._guard.tally.notes]


@pytest.mark.parametrize("status", [200, 302, 404, 503])
def test_responses_are_noted_by_arm(door: Door, open_shop: OpenShop, status: int) -> None:
    """A newcomer's response and that of who comes back are noted once each, with their status."""
    shop = open_shop(experiments=GUARDED)
    visitor = door.visitor(shop, lambda seen: Reply(status))
    visitor.get()
    visitor.get()
    visitor.get("/plain")
    assert [found for _, found in noted(shop)] == [status, status]


def broken(_seen: Seen) -> Reply:
    """Fail, as a view does."""
    raise RuntimeError("the view is broken")


def test_an_app_that_fails_is_noted_as_500(door: Door, open_shop: OpenShop) -> None:
    """Whoever turns an exception into a response, the arm gets the blame, once."""
    shop = open_shop(experiments=GUARDED)
    with contextlib.suppress(RuntimeError):
        door.visitor(shop, broken).get()
    [(arm, status)] = noted(shop)
    assert (arm in {"red", "blue"}, status) == (True, 500)
