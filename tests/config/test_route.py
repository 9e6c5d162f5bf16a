from __future__ import annotations

from collections.abc import Callable

import pytest

from banditware.config import Settings
from banditware.routes import Amount, RewardRule, Route

Settle = Callable[..., Settings]
Complain = Callable[..., list[str]]

HOST = "must be a host name in lower case, no scheme, port or path; <name> is any label"
EXPERIMENTS = {"button": {"arms": ["x"]}, "headline": {"arms": ["y"], "goal": "purchase"}}


@pytest.mark.parametrize(
    ("keys", "route"),
    [
        ({"match": "/", "choose": "button"}, Route("/", choose=("button",))),
        (
            {"match": "GET|HEAD /<a>", "host": "<b>.example.com", "choose": ["headline", "button"]},
            Route(
                "/<a>",
                frozenset({"GET", "HEAD"}),
                "<b>.example.com",
                ("headline", "button"),
            ),
        ),
        (
            {"match": "/", "reward": "headline", "status": [200, "3xx"]},
            Route(
                "/",
                rewards=(RewardRule("headline", "purchase"),),
                status=((200, 200), (300, 399)),
            ),
        ),
        (
            {
                "match": "POST /<float:sum>",
                "reward": [
                    "button",
                    {"experiment": "headline", "goal": "add", "amount": 2, "once": False},
                    {"experiment": "button", "amount": {"path": "sum"}, "cross_site": True},
                ],
            },
            Route(
                "/<float:sum>",
                frozenset({"POST"}),
                rewards=(
                    RewardRule("button", "reward"),
                    RewardRule("headline", "add", Amount(number=2.0), once=False),
                    RewardRule("button", "reward", Amount("path", "sum"), cross_site=True),
                ),
            ),
        ),
        (
            {"match": "/", "reward": {"experiment": "button", "amount": {"header": "X-Total"}}},
            Route("/", rewards=(RewardRule("button", "reward", Amount("header", "X-Total")),)),
        ),
    ],
)
def test_routes(settle: Settle, keys: object, route: Route) -> None:
    """Every form of a route reaches the frozen one; a reward's goal is its experiment's."""
    assert settle(experiments=EXPERIMENTS, routes=[keys]).routes == (route,)


@pytest.mark.parametrize(
    ("keys", "mistakes"),
    [
        (
            {"choose": "button"},
            ["match: is missing: write which requests the route is for, such as GET /checkout"],
        ),
        ({"match": "/"}, [": does nothing: add choose or reward"]),
        ({"match": "/", "choose": [], "reward": []}, [": does nothing: add choose or reward"]),
        ({"match": "/", "chose": "button"}, ["chose: is not a known key; did you mean 'choose'?"]),
        ({"match": "/", "choose": None}, ["choose: has no value: give it one, or remove the key"]),
        (
            {"match": ["GET /"], "choose": "button"},
            ["match: must be as in GET /checkout, or POST|PUT /cart/<int:item>, not a list"],
        ),
        (
            {"match": "/", "choose": ["buton", 5]},
            [
                "choose.0: there is no experiment 'buton'; did you mean 'button'?",
                "choose.1: 5 is not text: a name is, so quote it",
            ],
        ),
        (
            {"match": "/", "choose": ["button", "button"]},
            ["choose.1: the experiment 'button' is there twice"],
        ),
        (
            {"match": "/", "reward": "headlines"},
            ["reward: there is no experiment 'headlines'; did you mean 'headline'?"],
        ),
        (
            {
                "match": "/",
                "reward": ["zzz", None, {"goal": "x"}, {"experiment": "yyy", "once": 1}],
            },
            [
                "reward.0: there is no experiment 'zzz'",
                "reward.1: has no value; it must be a mapping",
                "reward.2.experiment: is missing",
                "reward.3.experiment: there is no experiment 'yyy'",
                "reward.3.once: must be true or false, not 1",
            ],
        ),
        (
            {
                "match": "/<int:item>",
                "reward": {"experiment": "button", "amount": {"path": "itme"}},
            },
            ["reward.amount.path: the path has no variable 'itme'; did you mean 'item'?"],
        ),
        (
            {"match": "/<", "reward": {"experiment": "button", "amount": {"path": "item"}}},
            ["match: has a < or > without its partner; a variable is written <int:name>"],
        ),
        (
            {"match": "/", "reward": {"experiment": "button", "amount": "ten", "goal": "a b"}},
            [
                (
                    "reward.amount: must be a finite number, or one of {header: NAME}, "
                    "{query: NAME}, {path: NAME}, not 'ten'"
                ),
                "reward.goal: a name is made of 1 to 64 letters, digits and the characters _ . -",
            ],
        ),
        (
            {"match": "/", "choose": "button", "host": "EXAMPLE.com", "status": [9, 200]},
            [
                f"host: {HOST}",
                "status.0: must be a status from 100 to 599, a range such as 200-399, or 2xx",
            ],
        ),
        ("GET /", [": must be a mapping, not 'GET /'"]),
    ],
)
def test_mistakes(complain: Complain, keys: object, mistakes: list[str]) -> None:
    """Every mistake is told at its path, with the mend."""
    wanted = [f"routes.0.{each}".replace(".:", ":") for each in mistakes]
    assert complain(experiments=EXPERIMENTS, routes=[keys]) == wanted


def test_wrong_experiments_are_known(complain: Complain) -> None:
    """A route may name an experiment that is declared wrongly: one mistake is told once."""
    routes = [{"match": "/", "choose": "a", "reward": "a"}]
    assert complain(experiments={"a": {"arms": []}}, routes=routes) == [
        "experiments.a.arms: is empty: an experiment needs at least one arm"
    ]
    assert complain(experiments="none", routes=routes) == [
        "experiments: must be a mapping, not 'none'"
    ]
