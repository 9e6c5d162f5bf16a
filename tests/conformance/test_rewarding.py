"""Which responses earn, how much, and how often."""

from __future__ import annotations

import math

import pytest

from tests.wires.shop import CONFIG, Clock, OpenShop, counted
from tests.wires.visitors import Door, Reply, Request, Seen, hello

MONEY = {"color": {**CONFIG["experiments"]["color"], "policy": "thompson-normal"}}


def buying(status: int = 200, *headers: tuple[str, str]) -> Reply:
    return Reply(status, (("content-type", "text/plain"), *headers))


@pytest.mark.parametrize(("status", "rewards"), [(200, 1), (302, 1), (404, 0), (500, 0), (304, 1)])
def test_a_route_earns_when_the_app_said_yes(
    door: Door, open_shop: OpenShop, status: int, rewards: int
) -> None:
    """A reward is credited if the response to the request that earns it is 200 to 399."""
    shop = open_shop()
    visitor = door.visitor(shop, lambda seen: Reply(status if seen.path == "/buy" else 200))
    visitor.get()
    visitor.post()
    assert counted(shop)[:3] == (1, rewards, float(rewards))


@pytest.mark.parametrize(("status", "rewards"), [(200, 1), (404, 0), (500, 0)])
def test_a_view_earns_when_it_said_yes(
    door: Door, open_shop: OpenShop, status: int, rewards: int
) -> None:
    """`visit.reward` is credited if the response turns out well, and not otherwise."""

    def view(seen: Seen) -> Reply:
        if seen.path == "/thanks":
            seen.shop.reward("color")
            return Reply(status)
        return Reply()

    shop = open_shop()
    visitor = door.visitor(shop, view)
    visitor.get()
    visitor.get("/thanks")
    assert counted(shop)[:2] == (1, rewards)


def test_a_reward_counts_once(door: Door, open_shop: OpenShop) -> None:
    """However often the same decision is rewarded, it is rewarded once."""
    shop = open_shop()
    visitor = door.visitor(shop)
    visitor.get()
    for _ in range(5):
        visitor.post()
    assert counted(shop)[:3] == (1, 1, 1.0)


def test_a_reward_counts_as_often_as_it_is_wanted(door: Door, open_shop: OpenShop) -> None:
    """With `once: false` every reward of a decision counts."""
    rule = {"experiment": "color", "once": False}
    shop = open_shop(routes=[CONFIG["routes"][0], {"match": "POST /buy", "reward": rule}])
    visitor = door.visitor(shop)
    visitor.get()
    for _ in range(5):
        visitor.post()
    assert counted(shop)[:3] == (1, 5, 5.0)


def test_a_reward_without_a_decision_earns_nothing(door: Door, open_shop: OpenShop) -> None:
    """Who never saw an arm cannot credit one; the attempt is counted under its reason."""
    shop = open_shop()
    assert door.ask(shop)(Request("POST", "/buy")).values("set-cookie") == []
    assert counted(shop)[1:] == (0, 0.0, {"no_decision": 1})


def test_a_reward_goes_to_the_arm_that_was_shown(door: Door, open_shop: OpenShop) -> None:
    """Each visitor's reward is credited to the arm that this visitor saw."""
    shown: dict[str, int] = {"#f00": 0, "#00f": 0}

    def view(seen: Seen) -> Reply:
        if seen.path == "/":
            shown[seen.shop["color"]] += 1
        return Reply()

    shop = open_shop()
    for _ in range(12):
        visitor = door.visitor(shop, view)
        visitor.get()
        visitor.post()
    arms = shop.stats("color")["arms"]
    assert {arms["red"]["rewards"], arms["red"]["pulls"]} == {shown["#f00"]}
    assert {arms["blue"]["rewards"], arms["blue"]["pulls"]} == {shown["#00f"]}
    assert all(shown.values())


def test_a_late_reward_earns_nothing(door: Door, open_shop: OpenShop) -> None:
    """A reward outside of `attribution` is not credited, and counted as late."""
    clock = Clock()
    shop = open_shop(clock)
    visitor = door.visitor(shop)
    visitor.get()
    clock.now += 8 * 86_400
    visitor.post()
    assert counted(shop)[1:] == (0, 0.0, {"late": 1})


AMOUNTS = {
    "header": ("POST /buy", {"header": "X-Total"}, Request("POST", "/buy"), 12.5),
    "query": ("POST /buy", {"query": "sum"}, Request("POST", "/buy", "a=1&sum=3%2E25"), 3.25),
    "path": ("POST /buy/<int:sum>", {"path": "sum"}, Request("POST", "/buy/42"), 42.0),
    "number": ("POST /buy", 7, Request("POST", "/buy"), 7.0),
}


@pytest.mark.parametrize("source", AMOUNTS)
def test_the_amount_of_a_reward(door: Door, open_shop: OpenShop, source: str) -> None:
    """The amount is a constant, or stands in the response's headers, the query or the path.

    A header that the client sends under the same name has no say.
    """
    match, amount, request, expected = AMOUNTS[source]
    rule = {"experiment": "color", "amount": amount}
    routes = [CONFIG["routes"][0], {"match": match, "reward": rule}]
    shop = open_shop(experiments=MONEY, routes=routes)
    visitor = door.visitor(shop, lambda seen: buying(200, ("x-total", "12.5")))
    visitor.get()
    forged = (("x-total", "1000000"),)
    visitor.send(Request(request.method, request.path, request.query, forged))
    assert counted(shop)[:3] == (1, 1, expected)


@pytest.mark.parametrize("text", ["", "nan", "inf", "1e999", "1_000", "twelve", "0x10", "12,5"])
def test_an_amount_that_is_no_number_earns_nothing(
    door: Door, open_shop: OpenShop, text: str
) -> None:
    """What is not a plain finite number is refused, and the response is the app's own."""
    rule = {"experiment": "color", "amount": {"header": "X-Total"}}
    routes = [CONFIG["routes"][0], {"match": "POST /buy", "reward": rule}]
    shop = open_shop(experiments=MONEY, routes=routes)
    view = lambda seen: buying(200, ("x-total", text))  # noqa: E731  # both doors need the same
    visitor = door.visitor(shop, view)
    visitor.get()
    assert visitor.post() == door.bare(view)(Request("POST", "/buy"))
    assert counted(shop)[1:] == (0, 0.0, {"not_a_number": 1})
    assert shop.health().faults == 0


@pytest.mark.parametrize("amount", [math.nan, math.inf])
def test_an_amount_of_a_view_that_is_no_number_earns_nothing(
    door: Door, open_shop: OpenShop, amount: float
) -> None:
    """`visit.reward` with NaN or infinity disturbs neither the view nor the counts."""

    def view(seen: Seen) -> Reply:
        if seen.path == "/buy":
            seen.shop.reward("color", amount)
        return Reply()

    shop = open_shop(routes=CONFIG["routes"][:1])
    visitor = door.visitor(shop, view)
    visitor.get()
    assert visitor.post().status == 200
    assert counted(shop)[1:] == (0, 0.0, {"not_a_number": 1})


def test_another_site_cannot_earn(door: Door, open_shop: OpenShop) -> None:
    """A request that another site caused earns nothing, unless the route allows it."""
    allowed = {"experiment": "color", "cross_site": True}
    routes = [*CONFIG["routes"], {"match": "POST /paid", "reward": allowed}]
    shop = open_shop(routes=routes)
    visitor = door.visitor(shop)
    visitor.get()
    foreign = (("sec-fetch-site", "cross-site"),)
    visitor.post(headers=foreign)
    assert counted(shop)[1:] == (0, 0.0, {"cross_site": 1})
    visitor.post("/paid", headers=foreign)
    assert counted(shop).rewards == 1


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS"])
def test_asking_about_a_page_earns_nothing(door: Door, open_shop: OpenShop, method: str) -> None:
    """HEAD and OPTIONS credit nothing, whatever route they match."""
    shop = open_shop(routes=[CONFIG["routes"][0], {"match": "/buy", "reward": "color"}])
    visitor = door.visitor(shop)
    visitor.get()
    visitor.send(Request(method, "/buy"))
    assert counted(shop)[:2] == (1, 0)


def test_one_page_may_choose_and_earn(door: Door, open_shop: OpenShop) -> None:
    """A response on a route that chooses and rewards is a pull with its reward."""
    shop = open_shop(routes=[{"match": "GET /", "choose": "color", "reward": "color"}])
    door.visitor(shop, hello).get()
    assert counted(shop)[:2] == (1, 1)


def test_goals_are_counted_apart(door: Door, open_shop: OpenShop) -> None:
    """A reward under another goal is counted under it, and not as the experiment's own."""
    rule = {"experiment": "color", "goal": "add_to_cart"}
    shop = open_shop(routes=[CONFIG["routes"][0], {"match": "POST /cart", "reward": rule}])
    visitor = door.visitor(shop)
    visitor.get()
    visitor.post("/cart")
    arms = shop.stats("color")["arms"].values()
    assert sum(arm["rewards"] for arm in arms) == 0
    assert [arm["goals"] for arm in arms if arm["goals"]] == [
        {"add_to_cart": {"rewards": 1, "reward_sum": 1.0}}
    ]
