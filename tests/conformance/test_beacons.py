"""Pulls that wait until a page is seen, and what a page's script may reward."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

import pytest

from banditware import Bandit
from tests.wires.shop import CONFIG, Clock, OpenShop, Totals, counted
from tests.wires.visitors import Door, Pairs, Reply, Request, Seen, Visitor

PATH = "/.banditware"
COLOR = CONFIG["experiments"]["color"]
WAITING = {"color": {**COLOR, "count": "beacon"}}
REWARDING = {
    "color": {**COLOR, "count": "beacon", "page_goals": ["read", "reward"]},
    "size": {"arms": ["big", "small"], "policy": "thompson-normal", "page_goals": {"paid": [0, 9]}},
}


def page(seen: Seen) -> Reply:
    """A page that has the script; what is not decided by the route stays undecided."""
    return Reply(chunks=(seen.shop.beacon().encode(),))


def tokens(reply: Reply) -> list[str]:
    """Return the tokens that a page carries."""
    found = re.search(rb'data-decisions="([^"]*)"', reply.body)
    return [] if found is None else found[1].decode().split()


def beacon(visitor: Visitor, *, headers: Pairs = (), **says: Any) -> Reply:
    """Send a beacon."""
    query = urlencode(says, doseq=True)
    return visitor.post(PATH, query=query, headers=headers)


def totals(shop: Bandit, experiment: str = "color") -> Totals:
    """Return what was counted, but for what the store found to be there already."""
    found = counted(shop, experiment)
    found.excluded.pop("duplicate", None)
    return found


def looked_at(door: Door, shop: Bandit) -> Visitor:
    """Return somebody who has seen the page."""
    visitor = door.visitor(shop, page)
    beacon(visitor, seen=tokens(visitor.get()))
    return visitor


def test_a_page_that_is_served_is_no_pull(door: Door, open_shop: OpenShop) -> None:
    """Served and served again, a page is no pull; its visitor keeps the arm, and is noted once."""
    values = []

    def view(seen: Seen) -> Reply:
        values.append((seen.shop["color"], seen.shop.decide("color").reason))
        return page(seen)

    shop = open_shop(experiments=WAITING)
    visitor = door.visitor(shop, view)
    first = visitor.get()
    assert len(first.values("set-cookie")) == 1
    assert [visitor.get().values("set-cookie") for _ in range(3)] == [[], [], []]
    assert len(set(values)) == 1
    assert values[0][1] == "unseen"
    assert totals(shop) == Totals(0, 0, 0, {"unseen": 1})


def test_a_page_that_is_seen_is_one_pull(door: Door, open_shop: OpenShop) -> None:
    """However often a beacon comes, its decision is one pull, of the arm that was shown."""
    shown = []

    def view(seen: Seen) -> Reply:
        shown.append(seen.shop.decide("color").arm)
        return page(seen)

    shop = open_shop(experiments=WAITING)
    visitor = door.visitor(shop, view)
    carried = tokens(visitor.get())
    jar = dict(visitor.jar)
    replies = [beacon(visitor, seen=carried) for _ in range(3)]
    assert [reply.status for reply in replies] == [204] * 3
    assert replies[0].values("cache-control") == ["no-store"]
    assert [len(reply.values("set-cookie")) for reply in replies] == [1, 0, 0]
    visitor.jar = jar  # a copy of the cookie from before
    beacon(visitor, seen=carried)
    arms = shop.stats("color")["arms"]
    assert {name: arm["pulls"] for name, arm in arms.items() if arm["pulls"]} == {shown[0]: 1}
    assert totals(shop) == Totals(1, 0, 0, {"unseen": 1})


def test_what_was_seen_is_served_again_without_a_token(door: Door, open_shop: OpenShop) -> None:
    """After the pull the page carries no token any more, and is served as a returning one."""
    shop = open_shop(experiments=WAITING)
    visitor = looked_at(door, shop)
    reply = visitor.get()
    assert (tokens(reply), reply.values("set-cookie")) == ([], [])
    assert b"beacon.js" in reply.body
    assert totals(shop) == Totals(1, 0, 0, {"unseen": 1})


def test_a_prerendered_page_is_a_pull_when_it_is_shown(door: Door, open_shop: OpenShop) -> None:
    """What was fetched in advance carries a token, whose beacon makes it the pull."""
    shop = open_shop(experiments=WAITING)
    visitor = door.visitor(shop, page)
    reply = visitor.get(headers=(("sec-purpose", "prefetch;prerender"),))
    assert totals(shop) == Totals(0, 0, 0, {"prefetch": 1})
    beacon(visitor, seen=tokens(reply))
    assert totals(shop) == Totals(1, 0, 0, {"prefetch": 1})


UNBELIEVED: dict[str, dict[str, Any]] = {
    "no token": {},
    "forged": {"seen": "color~1~red~0.5~6b49d200~00112233445566aa.c2lnbmVk"},
    "changed": {"seen": "TOKEN-"},
    "empty": {"seen": ""},
    "not text": {"seen": b"\xff\x00"},
}


@pytest.mark.parametrize("case", UNBELIEVED)
def test_what_we_did_not_sign_counts_nothing(door: Door, open_shop: OpenShop, case: str) -> None:
    """A beacon without a token of ours is answered like any other, and counts nothing."""
    shop = open_shop(experiments=WAITING)
    visitor = door.visitor(shop, page)
    (token,) = tokens(visitor.get())
    says: dict[str, Any] = {
        k: token + "-" if v == "TOKEN-" else v for k, v in UNBELIEVED[case].items()
    }
    reply = beacon(visitor, **says)
    assert (reply.status, reply.body, reply.values("set-cookie")) == (204, b"", [])
    assert totals(shop) == Totals(0, 0, 0, {"unseen": 1})


def test_a_token_needs_the_cookie_of_its_page(door: Door, open_shop: OpenShop) -> None:
    """Neither without a cookie nor with somebody else's does a token count anything."""
    shop = open_shop(experiments=WAITING)
    carried = tokens(door.visitor(shop, page).get())
    beacon(door.visitor(shop), seen=carried)
    other = door.visitor(shop, page)
    other.get()
    beacon(other, seen=carried)
    assert totals(shop) == Totals(0, 0, 0, {"unseen": 2})


UNSEEN: dict[str, dict[str, Any]] = {
    "bot": {"user_agent": "Googlebot/2.1 (+http://www.google.com/bot.html)"},
    "prefetch": {"headers": (("sec-purpose", "prefetch"),)},
    "another site": {"headers": (("sec-fetch-site", "cross-site"),)},
}


@pytest.mark.parametrize("case", UNSEEN)
def test_who_does_not_look_counts_nothing(door: Door, open_shop: OpenShop, case: str) -> None:
    """A beacon of a bot, of a prefetch or from another site's page counts nothing."""
    shop = open_shop(experiments=REWARDING)
    visitor = door.visitor(shop, page)
    query = urlencode({"seen": tokens(visitor.get())}, doseq=True)
    assert visitor.post(PATH, query=query, **UNSEEN[case]).status == 204
    assert totals(shop) == Totals(0, 0, 0, {"unseen": 1})


def test_an_old_page_counts_nothing(door: Door, open_shop: OpenShop) -> None:
    """A page that is first looked at when it could not be rewarded any more is no pull."""
    clock = Clock()
    shop = open_shop(clock, experiments=WAITING)
    visitor = door.visitor(shop, page)
    carried = tokens(visitor.get())
    clock.now += 8 * 86_400
    beacon(visitor, seen=carried)
    assert totals(shop) == Totals(0, 0, 0, {"unseen": 1})


def test_an_error_page_is_not_seen(door: Door, open_shop: OpenShop) -> None:
    """What an error page decided is excluded as that, and its token counts nothing."""
    shop = open_shop(experiments=WAITING)
    visitor = door.visitor(shop, lambda seen: Reply(500, chunks=page(seen).chunks))
    reply = visitor.get()
    assert reply.values("set-cookie") == []
    beacon(visitor, seen=tokens(reply))
    assert totals(shop) == Totals(0, 0, 0, {"status": 1})


def test_a_reward_proves_that_the_page_was_seen(door: Door, open_shop: OpenShop) -> None:
    """Who buys before the beacon comes is a pull with its reward; the beacon adds nothing."""
    shop = open_shop(experiments=WAITING)
    visitor = door.visitor(shop, page)
    carried = tokens(visitor.get())
    jar = dict(visitor.jar)
    assert len(visitor.post().values("set-cookie")) == 1
    assert totals(shop)[:3] == (1, 1, 1.0)
    visitor.post()
    visitor.jar = jar
    beacon(visitor, seen=carried)
    visitor.post()
    assert totals(shop) == Totals(1, 1, 1.0, {"unseen": 1})


def test_the_response_that_decides_cannot_earn(door: Door, open_shop: OpenShop) -> None:
    """A route that chooses and rewards earns nothing at first sight, and does on the next visit."""
    routes = [{"match": "GET /", "choose": "color", "reward": "color"}]
    shop = open_shop(experiments=WAITING, routes=routes)
    visitor = door.visitor(shop, page)
    visitor.get()
    assert totals(shop) == Totals(0, 0, 0, {"unseen": 1, "no_decision": 1})
    visitor.get(headers=(("purpose", "prefetch"),))
    assert totals(shop).pulls == 0
    visitor.get()
    assert totals(shop)[:2] == (1, 1)


def test_a_reward_by_token_proves_it_too(door: Door, open_shop: OpenShop) -> None:
    """A webhook that credits the token of an unseen decision makes it a pull, once."""
    kept = []

    def view(seen: Seen) -> Reply:
        kept.append(seen.shop.decide("color").token)
        return page(seen)

    shop = open_shop(experiments=WAITING)
    visitor = door.visitor(shop, view)
    carried = tokens(visitor.get())
    assert shop.reward(kept[0], goal="paid")
    assert shop.reward(kept[0])
    beacon(visitor, seen=carried)
    assert totals(shop)[:2] == (1, 1)


def test_the_holdout_waits_like_an_arm(door: Door, open_shop: OpenShop) -> None:
    """Subjects of the holdout are counted apart, once they have seen the page, and once."""
    shop = open_shop(experiments={"color": {**WAITING["color"], "holdout": "99.99%"}})
    visitor = door.visitor(shop, page)
    first = visitor.get()
    jar = dict(visitor.jar)
    assert "holdout" not in shop.stats("color")
    beacon(visitor, seen=tokens(first))
    assert tokens(visitor.get()) == []
    visitor.jar = jar
    beacon(visitor, seen=tokens(first))
    assert shop.stats("color")["holdout"]["pulls"] == 1
    assert totals(shop) == Totals(0, 0, 0, {"unseen": 1, "holdout": 1})


def test_contextual_experiments_wait_as_well(door: Door, open_shop: OpenShop) -> None:
    """The beacon of a contextual experiment learns from the features that the cookie holds."""
    experiments = {
        "color": {**WAITING["color"], "context": {"country": "categorical"}},
    }
    attributes = {"country": {"header": "CF-IPCountry"}}
    shop = open_shop(experiments=experiments, attributes=attributes)
    visitor = door.visitor(shop, page)
    carried = tokens(visitor.get(headers=(("cf-ipcountry", "GB"),)))
    assert all("country" not in each for each in carried)
    for _ in range(2):
        beacon(visitor, seen=carried)
    assert totals(shop).pulls == 1


def test_two_experiments_in_one_beacon(door: Door, open_shop: OpenShop) -> None:
    """One beacon makes all decisions of a page pulls, and leaves others as they are."""
    experiments = {**WAITING, "size": {"arms": ["big", "small"]}, "font": {"arms": ["a", "b"]}}
    routes = [
        {"match": "GET /", "choose": ["color", "size"]},
        {"match": "GET /f", "choose": "font"},
    ]
    shop = open_shop(experiments=experiments, routes=routes, count="beacon")
    visitor = door.visitor(shop, page)
    carried = tokens(visitor.get())
    visitor.get("/f")
    assert len(carried) == 2
    beacon(visitor, seen=carried)
    assert [totals(shop, name).pulls for name in ("color", "size", "font")] == [1, 1, 0]


def test_the_script(door: Door, open_shop: OpenShop) -> None:
    """The script comes from our own path, may be kept, and is no page of the app."""
    shop = open_shop(experiments=WAITING, routes=[{"match": "/<path:any>", "choose": "color"}])
    ask = door.ask(shop)
    reply = ask(Request(path=f"{PATH}/beacon.js"))
    assert (reply.status, b"sendBeacon" in reply.body) == (200, True)
    assert reply.values("content-type") == ["text/javascript; charset=utf-8"]
    assert reply.values("cache-control") == ["public, max-age=86400"]
    assert (reply.values("vary"), reply.values("set-cookie")) == ([], [])
    head = ask(Request("HEAD", f"{PATH}/beacon.js"))
    assert (head.body, head.values("content-length")) == (b"", [str(len(reply.body))])
    assert totals(shop) == Totals(0, 0, 0, {})


def test_without_a_beacon_its_path_is_the_apps(door: Door, open_shop: OpenShop) -> None:
    """Where nothing waits for a beacon, no tag is written and no path is taken from the app."""
    shop = open_shop()
    assert door.visitor(shop, page).get().body == b""
    assert door.visitor(shop).post(PATH) == door.bare()(Request("POST", PATH))
    assert door.visitor(shop).get(f"{PATH}/beacon.js").body == b"hello"


def test_a_page_rewards_what_it_may(door: Door, open_shop: OpenShop) -> None:
    """An event in the page is credited once under a goal that the configuration names."""
    shop = open_shop(experiments=REWARDING)
    visitor = looked_at(door, shop)
    for _ in range(3):
        assert beacon(visitor, reward="color").status == 204
        beacon(visitor, reward="color", goal="read", amount="0.5")
    assert totals(shop) == Totals(1, 1, 1.0, {"unseen": 1})
    goals = [arm["goals"] for arm in shop.stats("color")["arms"].values() if arm["pulls"]]
    assert [goal["read"] for goal in goals] == [{"rewards": 1, "reward_sum": 0.5}]


def test_a_click_proves_that_the_page_was_seen(door: Door, open_shop: OpenShop) -> None:
    """An event in a page whose own beacon has not come is a pull with its reward."""
    shop = open_shop(experiments=REWARDING)
    visitor = door.visitor(shop, page)
    carried = tokens(visitor.get())
    jar = dict(visitor.jar)
    assert len(beacon(visitor, reward="color").values("set-cookie")) == 1
    visitor.jar = jar
    beacon(visitor, seen=carried)
    assert totals(shop) == Totals(1, 1, 1.0, {"unseen": 1})


@pytest.mark.parametrize(("amount", "credited"), [("3.5", 3.5), ("1e9", 9.0), ("-1", 0.0)])
def test_amounts_of_pages_are_cut_to_their_range(
    door: Door, open_shop: OpenShop, amount: str, credited: float
) -> None:
    """An amount that a page claims is cut to what the configuration allows."""
    routes = [{"match": "GET /", "choose": "size"}]
    shop = open_shop(experiments=REWARDING, routes=routes)
    visitor = door.visitor(shop, page)
    visitor.get()
    beacon(visitor, reward="size", goal="paid", amount=amount)
    arms = shop.stats("size")["arms"].values()
    assert sum(arm["goals"].get("paid", {}).get("reward_sum", 0) for arm in arms) == credited
    assert totals(shop, "size").pulls == 1


REFUSED: dict[str, tuple[dict[str, str], Pairs, dict[str, float]]] = {
    "another goal": ({"reward": "color", "goal": "purchase"}, (), {"bad_goal": 1}),
    "no name": ({"reward": "color", "goal": "a b"}, (), {"bad_goal": 1}),
    "no number": ({"reward": "color", "amount": "nan"}, (), {"not_a_number": 1}),
    "infinite": ({"reward": "color", "amount": "1e999"}, (), {"not_a_number": 1}),
    "another site": ({"reward": "color"}, (("sec-fetch-site", "cross-site"),), {"cross_site": 1}),
    "no experiment": ({"reward": "colour"}, (), {}),
    "empty": ({"reward": ""}, (), {}),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_page_cannot_reward_what_it_likes(door: Door, open_shop: OpenShop, case: str) -> None:
    """What the configuration does not let a page say is not credited, but counted."""
    says, headers, excluded = REFUSED[case]
    shop = open_shop(experiments=REWARDING)
    visitor = looked_at(door, shop)
    reply = beacon(visitor, headers=headers, **says)
    assert (reply.status, reply.values("set-cookie")) == (204, [])
    assert totals(shop) == Totals(1, 0, 0, {"unseen": 1, **excluded})


def test_a_page_that_shows_no_arm_earns_nothing(door: Door, open_shop: OpenShop) -> None:
    """A reward without a decision in the cookie is refused, and sets no cookie."""
    shop = open_shop(experiments=REWARDING)
    assert beacon(door.visitor(shop), reward="color").values("set-cookie") == []
    assert totals(shop) == Totals(0, 0, 0, {"no_decision": 1})


def test_an_experiment_without_goals_of_pages(door: Door, open_shop: OpenShop) -> None:
    """An experiment that names no goals of pages is not rewarded by one."""
    shop = open_shop(experiments=WAITING)
    beacon(looked_at(door, shop), reward="color")
    assert totals(shop) == Totals(1, 0, 0, {"unseen": 1})


def test_a_long_message_is_cut(door: Door, open_shop: OpenShop) -> None:
    """However many tokens come at once, only some are looked at, and nothing fails."""
    shop = open_shop(experiments=WAITING)
    visitor = door.visitor(shop, page)
    (token,) = tokens(visitor.get())
    assert beacon(visitor, seen=["x"] * 40 + [token]).status == 204
    assert beacon(visitor, seen=["x" * 20_000, token]).status == 204
    assert totals(shop).pulls == 0
    beacon(visitor, seen=[token] * 3)
    assert totals(shop).pulls == 1
