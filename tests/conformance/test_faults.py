"""Faults of ours never reach the app or its visitors: they are counted, and logged seldom."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest

from banditware import Bandit, deciding
from banditware.http import HeaderMerge
from banditware.outcome import Outcome
from tests.wires.shop import Clock, OpenShop
from tests.wires.visitors import Door, Pairs, Reply, Request, Seen, Visitor

OWN: Pairs = (("x-b", "1"), ("set-cookie", "session=1"), ("x-a", "2"), ("set-cookie", "theme=2"))


def own_reply(seen: Seen) -> Reply:
    """A view with headers and chunks that one would notice a change of."""
    return Reply(200, OWN, (b"one", b"two"))


class BrokenError(Exception):
    """What the broken parts raise."""


class Broken:
    """Raises whatever is asked of it."""

    def __getattr__(self, name: str) -> Any:
        raise BrokenError(name)


def breaking(*arguments: Any, **more: Any) -> Any:
    """Raise, as a method."""
    raise BrokenError


Break = Callable[[Bandit, pytest.MonkeyPatch], None]


def in_ground(part: str) -> Break:
    return lambda bandit, patch: patch.setattr(bandit._ground, part, Broken())


def in_tokens(method: str) -> Break:
    return lambda bandit, patch: patch.setattr(bandit._ground.tokens, method, breaking)


FAULTS: dict[str, Break] = {
    "snapshot": in_ground("snapshot"),
    "tokens": in_ground("tokens"),
    "cookie": in_ground("cookie"),
    "random": in_ground("random"),
    "writing the cookie": in_tokens("write"),
    "drawing": lambda bandit, patch: patch.setattr(deciding, "bisect_right", breaking),
    "router": lambda bandit, patch: patch.setattr(bandit._ground, "router", None),
    "flusher": lambda bandit, patch: patch.setattr(bandit._flusher, "start", breaking),
    "outcome": lambda bandit, patch: patch.setattr(Outcome, "effects", breaking),
    "merging": lambda bandit, patch: patch.setattr(HeaderMerge, "apply", breaking),
}


@pytest.mark.parametrize("part", FAULTS)
def test_a_fault_leaves_the_response_as_it_is(
    door: Door, open_shop: OpenShop, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    """Whatever breaks, a visitor gets the app's own response, and the fault is counted."""
    shop = open_shop()
    FAULTS[part](shop, monkeypatch)
    assert door.ask(shop, own_reply)(Request()) == door.bare(own_reply)(Request())
    assert shop.health().faults >= 1


RETURNING: dict[str, Break] = {
    **{part: FAULTS[part] for part in ("snapshot", "tokens", "cookie", "router")},
    "reading the cookie": in_tokens("read"),
}


@pytest.mark.parametrize("part", RETURNING)
def test_a_fault_for_a_returning_visitor(
    door: Door, open_shop: OpenShop, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    """It is the same on a page that shows a remembered arm."""
    shop = open_shop()
    visitor = door.visitor(shop, own_reply)
    visitor.get()
    RETURNING[part](shop, monkeypatch)
    assert visitor.get() == door.bare(own_reply)(Request())
    assert shop.health().faults >= 1


@pytest.mark.parametrize("part", ["snapshot", "tokens", "cookie", "router", "outcome"])
def test_a_fault_on_a_page_that_earns(
    door: Door, open_shop: OpenShop, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    """It is the same on a page that credits a reward."""
    shop = open_shop()
    visitor = door.visitor(shop, own_reply)
    visitor.get()
    FAULTS[part](shop, monkeypatch)
    assert visitor.post() == door.bare(own_reply)(Request("POST", "/buy"))
    assert shop.health().faults >= 1


def test_a_fault_while_recording(
    door: Door, open_shop: OpenShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If nothing can be recorded, the response is the one that a good recording has."""
    good, bad = (door.ask(open_shop(), own_reply)(Request()) for _ in range(2))
    shop = open_shop()
    monkeypatch.setattr(shop._flusher, "record", breaking)
    broken = door.ask(shop, own_reply)(Request())
    assert (broken.status, broken.chunks) == (good.status, good.chunks)
    kept, expected = ([p for p in each.headers if p in OWN] for each in (broken, good))
    assert (kept, {*kept}) == (expected, {*OWN})
    assert len(broken.headers) == len(bad.headers)
    assert shop.health().faults == 1


def test_a_fault_in_deciding_serves_the_default(
    door: Door, open_shop: OpenShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A view that asks for an arm while nothing can be decided gets the experiment's default."""
    shop = open_shop(routes=[])
    monkeypatch.setattr(shop._ground, "random", Broken())
    view = lambda seen: Reply(headers=(("x-color", seen.shop["color"]),))  # noqa: E731  # short
    assert door.ask(shop, view)(Request()).headers == (("x-color", "#f00"),)
    assert shop.health().faults >= 1


def test_a_fault_is_logged_once_a_minute(
    door: Door,
    open_shop: OpenShop,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """All faults are counted; one in a minute is logged, with its traceback."""
    clock = Clock()
    shop = open_shop(clock)
    monkeypatch.setattr(shop._ground.router, "_at", breaking)
    visitor = Visitor(door.ask(shop))
    logged = []
    with caplog.at_level(logging.ERROR, "banditware"):
        for seconds in (0.0, 1.0, 58.0, 2.0, 59.0, 30.0):
            clock.now += seconds
            visitor.get()
            logged.append(len(caplog.records))
    assert shop.health().faults == 6
    assert logged == [1, 1, 1, 2, 2, 3]
    assert all(record.exc_info for record in caplog.records)


def test_an_error_of_the_app_is_the_apps(door: Door, open_shop: OpenShop) -> None:
    """What the app raises comes out as it is, and is no fault of ours."""
    error = ValueError("the app's own")

    def view(seen: Seen) -> Reply:
        raise error

    shop = open_shop()
    with pytest.raises(ValueError, match="the app's own") as raised:
        door.ask(shop, view)(Request())
    assert raised.value is error
    assert shop.health().faults == 0


def test_a_name_that_is_no_experiment_is_the_apps_mistake(door: Door, open_shop: OpenShop) -> None:
    """A view that asks for an experiment that does not exist is told, and told what exists."""
    ask = door.ask(open_shop(), lambda seen: Reply(headers=(("x", seen.shop["colour"]),)))
    with pytest.raises(KeyError, match="did you mean 'color'"):
        ask(Request())
