from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from banditware.beacon import BY_BEACON, Beacon
from banditware.config import Settings

Settle = Callable[..., Settings]
Complain = Callable[..., list[str]]

ARMS = {"arms": ["a", "b"]}


def beacon(settle: Settle, **parts: Any) -> Beacon:
    """Return the beacon of a configuration that has one."""
    found = settle(**parts).beacon
    assert found is not None
    return found


def test_nothing_waits_for_a_beacon_unless_the_file_says_so(settle: Settle) -> None:
    """Without `count: beacon` and `page_goals` there is no beacon, wherever it would be."""
    settings = settle(experiments={"e": ARMS}, beacon={"path": "/seen"})
    assert settings.beacon is None
    assert settings.experiments[0].methods == {"GET"}


def test_where_the_beacon_is(settle: Settle) -> None:
    """The path is `/.banditware` unless there is another one, and so is the URL."""
    one = {"e": {**ARMS, "count": "beacon"}}
    assert beacon(settle, experiments=one)[:2] == ("/.banditware", "/.banditware")
    assert beacon(settle, experiments=one, beacon={"path": "/a/b"})[:2] == ("/a/b", "/a/b")
    moved = beacon(settle, experiments=one, beacon={"url": "/x/y"})
    assert moved[:2] == ("/.banditware", "/x/y")
    assert moved.source == f"/x/y/beacon.js?{moved.version}"
    assert b"sendBeacon" in moved.script


def test_the_file_says_for_all_and_an_experiment_for_itself(settle: Settle) -> None:
    """`count` of the file holds for experiments that have none; methods or a word go before it."""
    experiments = {
        "file": ARMS,
        "own": {**ARMS, "count": "beacon"},
        "response": {**ARMS, "count": "response"},
        "methods": {**ARMS, "count": ["POST"]},
    }
    own = {"own": BY_BEACON, "response": {"GET"}, "methods": {"POST"}}
    for way, methods in (("beacon", BY_BEACON), ("response", {"GET"})):
        found = settle(experiments=experiments, count=way).experiments
        assert {each.name: each.methods for each in found} == {"file": methods, **own}


@pytest.mark.parametrize(
    ("written", "goals"),
    [
        ("read", {"read": (0.0, 1.0)}),
        (["read", "cart"], {"read": (0.0, 1.0), "cart": (0.0, 1.0)}),
        ({"cart": [-1, 500]}, {"cart": (-1.0, 500.0)}),
    ],
)
def test_what_pages_may_reward(
    settle: Settle, written: object, goals: dict[str, tuple[float, float]]
) -> None:
    """Goals of pages are a name, names, or names with ranges; they need no `count: beacon`."""
    found = beacon(settle, experiments={"e": {**ARMS, "page_goals": written}, "f": ARMS})
    assert found.goals == {"e": goals}


@pytest.mark.parametrize(
    ("parts", "mistakes"),
    [
        (
            {"count": "becaon"},
            ["count: must be one of response, beacon, not 'becaon'; did you mean 'beacon'?"],
        ),
        (
            {"beacon": {"path": "seen"}},
            [
                (
                    "beacon.path: must be a path such as /.banditware, of "
                    "letters, digits and the characters . _ ~ -, not 'seen'"
                )
            ],
        ),
        (
            {"beacon": {"url": "/a//b?"}},
            [
                (
                    "beacon.url: must be a path such as /.banditware, of "
                    "letters, digits and the characters . _ ~ -, not "
                    "'/a//b?'"
                )
            ],
        ),
        ({"beacon": {"pth": "/a"}}, ["beacon.pth: is not a known key; did you mean 'path'?"]),
    ],
)
def test_mistakes(complain: Complain, parts: dict[str, Any], mistakes: list[str]) -> None:
    """What is wrong with the file's keys is said with the mend."""
    assert complain(experiments={"e": ARMS}, **parts) == mistakes


@pytest.mark.parametrize(
    ("keys", "mistakes"),
    [
        (
            {"count": "becon"},
            [
                (
                    "count: must be request methods, response or beacon, not 'becon'; "
                    "did you mean 'beacon'?"
                )
            ],
        ),
        (
            {"count": ["GET", "beacon"]},
            ["count: beacon says how pulls are counted, so it stands alone"],
        ),
        ({"page_goals": 5}, ["page_goals: 5 is not text: a name is, so quote it"]),
        (
            {"page_goals": ["a b"]},
            ["page_goals.0: a name is made of 1 to 64 letters, digits and the characters _ . -"],
        ),
        (
            {"page_goals": {"read": [1]}},
            ["page_goals.read: must be the lowest and the highest amount, as in [0, 100]"],
        ),
        (
            {"page_goals": {"read": [2, 1]}},
            ["page_goals.read: must be the lowest and the highest amount, as in [0, 100]"],
        ),
        (
            {"page_goals": {"read": ["a", 1, 2]}},
            ["page_goals.read: must be the lowest and the highest amount, as in [0, 100]"],
        ),
        (
            {"page_goals": {"read": True}},
            ["page_goals.read: must be the lowest and the highest amount, as in [0, 100]"],
        ),
    ],
)
def test_mistakes_of_an_experiment(
    complain: Complain, keys: dict[str, Any], mistakes: list[str]
) -> None:
    """What is wrong with an experiment's keys is said with the mend."""
    found = complain(experiments={"e": {**ARMS, **keys}})
    assert found == [f"experiments.e.{each}" for each in mistakes]


WAITING = {"e": {**ARMS, "count": "beacon"}}


@pytest.mark.parametrize(
    ("path", "beacon"),
    [
        ("/", {}),
        ("/.banditware", {}),
        ("/shop", {"path": "/shop/seen"}),
        ("/shop/", {"url": "/shop/seen"}),
    ],
)
def test_a_beacon_where_the_cookie_goes(settle: Settle, path: str, beacon: dict[str, str]) -> None:
    """A beacon at or below the cookie's path is fine."""
    settings = settle(experiments=WAITING, cookie={"path": path}, beacon=beacon)
    assert settings.beacon is not None


def test_a_beacon_where_the_cookie_does_not_go(settle: Settle, complain: Complain) -> None:
    """A beacon to which no browser sends the cookie is a mistake, unless there is none."""
    cookie = {"path": "/shop"}
    assert settle(experiments={"e": ARMS}, cookie=cookie).beacon is None
    for beacon in ("/.banditware", "/shopping"):
        (mistake,) = complain(experiments=WAITING, cookie=cookie, beacon={"path": beacon})
        assert mistake == (
            f"cookie.path: beacons go to {beacon}, where browsers do not send a cookie of /shop: "
            "give beacon a path below that"
        )
