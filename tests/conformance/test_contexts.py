"""Contextual experiments, by every way in: decided by a route or a view, rewarded by the cookie."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from banditware import Bandit
from banditware.contextual.features import parsed
from tests.wires.shop import OpenShop, counted
from tests.wires.visitors import Door, Reply, Request, Seen

ATTRIBUTES = {
    "age": {"query": "age"},
    "country": {"header": "CF-IPCountry"},
    "plan": {"cookie": "plan"},
}
CONTEXT = {
    "age": {"type": "numeric", "range": [0, 120]},
    "country": {"type": "categorical", "levels": ["GB", "US"]},
    "plan": {"type": "categorical", "levels": ["pro"]},
}
ARMS = {"red": {"value": "#f00"}, "blue": {"value": "#00f", "attributes": {"price": 3}}}
COLOR: dict[str, Any] = {
    "context": CONTEXT,
    "action_context": {"price": "numeric"},
    "arms": ARMS,
    "default": "red",
}

ASKED: dict[str, Any] = {
    "query": "x=1&age=30",
    "headers": (("cf-ipcountry", "GB"),),
    "cookie": "plan=pro",
}


def config(**more: Any) -> dict[str, Any]:
    """Return a configuration whose experiment is contextual; None takes a key away."""
    color = {key: value for key, value in {**COLOR, **more}.items() if value is not None}
    return {"experiments": {"color": color}, "attributes": ATTRIBUTES}


def sums(shop: Bandit) -> Mapping[str, float]:
    """Return the sums of models by what stands behind the arm and the cohort."""
    shop.flush()
    fields = shop._ground.snapshot.known("color").fields
    found: dict[str, float] = {}
    for name, number in fields.items():
        if name[:2] in {"A/", "b/"}:
            kind, _, _, rest = name.split("/", 3)
            found[f"{kind}/{rest}"] = found.get(f"{kind}/{rest}", 0.0) + number
    return found


def test_a_route_decides_by_the_request(door: Door, open_shop: OpenShop) -> None:
    """Header, query and cookie are the context; another request rewards it through our cookie."""
    shop = open_shop(**config())
    visitor = door.visitor(shop)
    visitor.jar["plan"] = "pro"
    visitor.get(query="x=1&age=30", headers=(("cf-ipcountry", "GB"),))
    visitor.get(query="age=99")
    visitor.post()
    visitor.post()
    assert counted(shop)[:3] == (1, 1, 1.0)
    found = sums(shop)
    for key, value in {"//age": 30, "//country(GB": 1, "//plan(pro": 1, "/age/age": 900}.items():
        assert found[f"A{key}"] == value
    for key, value in {"age": 30, "country(GB": 1, "plan(pro": 1}.items():
        assert found[f"b/{key}"] == value


def test_a_view_decides_among_actions(door: Door, open_shop: OpenShop) -> None:
    """What the view says is before what the request does, and its actions are the arms."""
    actions = {"ten": {"price": 10}, "five": {"price": 5}}
    shown = []

    def view(seen: Seen) -> Reply:
        if seen.path == "/":
            decision = seen.shop.decide("color", context={"age": 50}, actions=actions)
            shown.append((decision.arm, decision.reason))
        return Reply()

    shop = open_shop(
        **config(arms=None, default="none")
        | {"routes": [{"match": "POST /buy", "reward": "color"}]}
    )
    visitor = door.visitor(shop, view)
    visitor.get(query="age=30", headers=(("cf-ipcountry", "US"),))
    visitor.get()
    visitor.post()
    (first, again) = shown
    assert (first[0] in actions, first[1], again) == (True, "drawn", (first[0], "sticky"))
    assert counted(shop)[:2] == (1, 1)
    found = sums(shop)
    price = actions[first[0]]["price"]
    assert (found["A//age"], found["A//country(US"], found["A//'price"]) == (50, 1, price)
    assert (found["b/age"], found["b/'price"]) == (50, price)


def test_each_visitor_has_the_own_features(door: Door, open_shop: OpenShop) -> None:
    """Rewards of many visitors come to the sums of their own decisions."""
    shop = open_shop(**config())
    ages = (10, 20, 30, 40)
    visitors = [door.visitor(shop) for _ in ages]
    for age, visitor in zip(ages, visitors, strict=True):
        visitor.get(query=f"age={age}")
    for visitor in reversed(visitors[:3]):
        visitor.post()
    found = sums(shop)
    assert (found["A//age"], found["A/age/age"], found["b/age"]) == (100, 3000, 60)


HOSTILE = [
    "age=nan",
    "age=inf",
    "age=1e999",
    "age=" + "9" * 5_000,
    "age=%00%ff",
    "age=*",
    "age=1)2*3",
    "age=-5",
    "age",
    "age=0x10",
    "age=1_000",
    "age=%D9%A3",
]


@pytest.mark.parametrize("country", ["GB", "x" * 10_000, "\udcff", "G*B)1~!", "'", "ü", "a\tb"])
def test_hostile_requests(door: Door, open_shop: OpenShop, country: str) -> None:
    """Whatever a client sends, it gets an arm, is counted, and no sum is out of the range."""
    shop = open_shop(**config())
    sent = country.encode("utf-8", "surrogateescape").decode("latin-1")
    for query in HOSTILE:
        visitor = door.visitor(shop)
        visitor.get(query=query, headers=(("cf-ipcountry", sent),))
        visitor.post()
    assert counted(shop) == (len(HOSTILE), len(HOSTILE), float(len(HOSTILE)), {})
    assert all(0 <= number <= 120**2 * len(HOSTILE) for number in sums(shop).values())
    assert shop.health().damaged == 0
    assert shop.hidden.number == 0


def test_mistakes_of_a_view(door: Door, open_shop: OpenShop) -> None:
    """A view's mistake costs the decision, not the page: the default, without a cookie, counted."""
    values = []

    def view(seen: Seen) -> Reply:
        values.append(seen.shop.decide("color", actions={"a b": {}}).value)
        return Reply()

    shop = open_shop(**config(), routes=[])
    reply = door.ask(shop, view)(Request())
    assert (reply.status, values, reply.values("set-cookie")) == (200, ["#f00"], [])
    assert counted(shop).excluded == {"bad_actions": 1}


def test_a_token_goes_to_a_webhook(door: Door, open_shop: OpenShop) -> None:
    """A token holds the features, so any process credits the model; bad ones are no harm."""
    tokens = []

    def view(seen: Seen) -> Reply:
        tokens.append(seen.shop.decide("color").token)
        return Reply()

    shop = open_shop(**config())
    door.ask(shop, view)(Request(**ASKED))
    (token,) = tokens
    webhook = open_shop(**config())
    assert webhook.reward(token, 2.0)
    assert webhook.reward(token, 2.0)
    assert sums(webhook)["b/age"] == 60
    assert parsed(token.rpartition(".")[0].rpartition("~*")[2])["age"] == 30
