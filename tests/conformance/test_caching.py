"""Pages that shared caches may keep for each arm, and all those that they may not."""

from __future__ import annotations

import re
from typing import Any

import pytest

from banditware import Bandit
from tests.wires.shop import OpenShop, counted
from tests.wires.visitors import Door, Pairs, Reply, Request, Seen, View, Visitor

PUBLIC: Pairs = (("cache-control", "public, max-age=60"),)

TWO: dict[str, Any] = {
    "color": {"arms": ["red", "blue"]},
    "headline": {"arms": ["formal", "casual"]},
}
ROUTES: list[dict[str, Any]] = [
    {"match": "GET|POST /", "choose": ["color", "headline"]},
    {"match": "GET /thanks", "choose": "color", "reward": "color"},
]


def page(*more: tuple[str, str]) -> View:
    """Return an app whose pages are public."""
    return lambda seen: Reply(headers=(*PUBLIC, *more))


def shared(open_shop: OpenShop, **more: Any) -> Bandit:
    changes = {"caching": "by_arm", "experiments": TWO, "routes": ROUTES, **more}
    return open_shop(**changes)


def said(visitor: Visitor) -> str:
    """Return what a cache says of a visitor: the arms of the cookie."""
    entries = re.findall(r"!([^!~]+~[^!~]+~[^!~]+)~", visitor.jar["bw"])
    return "!".join(entries)


def known(door: Door, shop: Bandit, view: View) -> Visitor:
    """Return somebody who has been there before."""
    visitor = door.visitor(shop, view)
    visitor.get()
    return visitor


def kept_private(reply: Reply) -> bool:
    """Return True if no shared cache may keep a reply."""
    caching = ", ".join(reply.values("cache-control"))
    vary = ", ".join(reply.values("vary"))
    return "private" in caching and "Cookie" in vary and "X-BW-Arms" not in vary


def test_a_page_of_known_arms_is_shared(door: Door, open_shop: OpenShop) -> None:
    """Who is known gets a page that may be kept for the arms that the cache says."""
    view = page(("vary", "Accept-Encoding"), ("etag", '"x"'), ("last-modified", "today"))
    visitor = known(door, shared(open_shop), view)
    reply = visitor.get(headers=(("x-bw-arms", said(visitor)),))
    assert reply.values("cache-control") == ["public, max-age=60"]
    assert reply.values("vary") == ["Accept-Encoding, X-BW-Arms"]
    assert re.fullmatch(r'W/"x~s[0-9a-f]{8}"', reply.values("etag")[0])
    assert reply.values("last-modified") == reply.values("set-cookie") == []


@pytest.mark.parametrize("form", ["{1}!{0}", "!{0}!{1}", "{0}!-!{1}!-", " {0} ! {1}"])
def test_caches_say_arms_in_any_order(door: Door, open_shop: OpenShop, form: str) -> None:
    """The order does not matter, nor slots for experiments of other pages."""
    visitor = known(door, shared(open_shop), page())
    arms = form.format(*said(visitor).split("!"))
    reply = visitor.get(headers=(("x-bw-arms", arms),))
    assert reply.values("vary") == ["X-BW-Arms"]


OTHERS = {
    "nothing": "",
    "only slots": "-!-",
    "one of two": "color~1~{color}",
    "another arm": "color~1~{other}!headline~1~{headline}",
    "another version": "color~2~{color}!headline~1~{headline}",
    "one too many": "color~1~{color}!headline~1~{headline}!x~1~y",
    "no text": "\xff",
}


@pytest.mark.parametrize("case", OTHERS)
def test_a_page_of_other_arms_is_private(door: Door, open_shop: OpenShop, case: str) -> None:
    """Whatever a cache or a client says wrongly, the page is kept for nobody else."""
    visitor = known(door, shared(open_shop), page())
    arms = dict(each.split("~1~") for each in said(visitor).split("!"))
    arms["other"] = "blue" if arms["color"] == "red" else "red"
    reply = visitor.get(headers=(("x-bw-arms", OTHERS[case].format(**arms)),))
    assert kept_private(reply)


def test_the_page_of_two_cookies_is_that_of_the_good_one(door: Door, open_shop: OpenShop) -> None:
    """A forged cookie before the good one does not get the good one's page into a cache."""
    visitor = known(door, shared(open_shop), page())
    good = visitor.jar["bw"]
    red = "~red~" in good
    swapped = good.replace("~red~", "~blue~") if red else good.replace("~blue~", "~red~")
    arms = said(Visitor(visitor.ask, {"bw": swapped}))
    assert arms != said(visitor)
    reply = visitor.get(cookie=f"bw={swapped}; bw={good}", headers=(("x-bw-arms", arms),))
    assert kept_private(reply)


def test_a_first_visit_is_private_and_counted(door: Door, open_shop: OpenShop) -> None:
    """Who is new gets a cookie and a pull, and a page for nobody else, whatever is said."""
    shop = shared(open_shop)
    headers = (("x-bw-arms", "color~1~red!headline~1~formal"),)
    for number in range(4):
        reply = door.visitor(shop, page()).get(headers=headers)
        assert kept_private(reply)
        assert len(reply.values("set-cookie")) == 1
        assert counted(shop).pulls == number + 1


UNSHARED: dict[str, Pairs] = {
    "nothing said": (),
    "only for browsers": (("cache-control", "max-age=60"),),
    "private": (("cache-control", "public, private"),),
    "no-store": (("cache-control", "s-maxage=60, no-store"),),
    "a cookie of the app": (*PUBLIC, ("set-cookie", "session=1")),
    "varies by cookie": (*PUBLIC, ("vary", "Accept, cookie")),
    "varies by all": (*PUBLIC, ("vary", "*")),
}


@pytest.mark.parametrize("case", UNSHARED)
def test_the_app_has_the_last_word(door: Door, open_shop: OpenShop, case: str) -> None:
    """A page that the app does not give to shared caches, or that sets a cookie, is private."""
    visitor = known(door, shared(open_shop), lambda seen: Reply(headers=UNSHARED[case]))
    reply = visitor.get(headers=(("x-bw-arms", said(visitor)),))
    caching = ", ".join(reply.values("cache-control"))
    assert "private" in caching or "no-store" in caching
    assert "X-BW-Arms" not in ", ".join(reply.values("vary"))


def test_a_page_that_earns_is_private(door: Door, open_shop: OpenShop) -> None:
    """No cache may answer a request that credits a reward."""
    visitor = known(door, shared(open_shop), page())
    headers = (("x-bw-arms", said(visitor).partition("!")[0]),)
    assert kept_private(visitor.get("/thanks", headers=headers))


def test_a_page_that_might_earn_is_private(door: Door, open_shop: OpenShop) -> None:
    """Neither may it answer one that would have, had the app answered otherwise."""
    route = {"match": "GET /maybe", "choose": "color", "reward": "color", "status": 302}
    visitor = known(door, shared(open_shop, routes=[*ROUTES, route]), page())
    headers = (("x-bw-arms", said(visitor).partition("!")[0]),)
    assert kept_private(visitor.get("/maybe", headers=headers))


def test_a_view_that_earns_is_private(door: Door, open_shop: OpenShop) -> None:
    """Neither may it if the view credits."""

    def view(seen: Seen) -> Reply:
        seen.shop.reward("color")
        return Reply(headers=PUBLIC)

    visitor = known(door, shared(open_shop), view)
    assert kept_private(visitor.get(headers=(("x-bw-arms", said(visitor)),)))


def test_a_view_that_decides_more_is_private(door: Door, open_shop: OpenShop) -> None:
    """What a view decides by itself is on the page, so that the cache has to know it, too."""

    def view(seen: Seen) -> Reply:
        seen.shop.decide("headline")
        return Reply(headers=PUBLIC)

    shop = shared(open_shop, routes=[{"match": "GET /", "choose": "color"}])
    visitor = known(door, shop, view)
    color, both = min(said(visitor).split("!")), said(visitor)
    assert kept_private(visitor.get(headers=(("x-bw-arms", color),)))
    assert not kept_private(visitor.get(headers=(("x-bw-arms", both),)))


@pytest.mark.parametrize("method", ["HEAD", "POST"])
def test_only_get_is_shared(door: Door, open_shop: OpenShop, method: str) -> None:
    """Answers to other methods are for who asked."""
    visitor = known(door, shared(open_shop), page())
    headers = (("x-bw-arms", said(visitor)),)
    assert kept_private(visitor.send(Request(method, headers=headers)))


def test_a_bot_is_private(door: Door, open_shop: OpenShop) -> None:
    """The default that a bot gets is no arm of a cookie, even if it sends one."""
    visitor = known(door, shared(open_shop), page())
    headers = (("x-bw-arms", said(visitor)),)
    assert kept_private(visitor.get(headers=headers, user_agent="examplebot"))


PERSONAL: dict[str, dict[str, Any]] = {
    "targeted": {"only_if": [{"attribute": "id", "operator": "NOT_MATCHES", "value": "^$"}]},
    "not sticky": {"sticky": False},
}


@pytest.mark.parametrize("case", PERSONAL)
def test_what_more_than_the_cookie_decides_is_private(
    door: Door, open_shop: OpenShop, case: str
) -> None:
    """Where attributes have a say, or nothing is remembered, no cache can know the arm."""
    experiments = {"color": {**TWO["color"], **PERSONAL[case]}}
    shop = shared(
        open_shop, experiments=experiments, routes=[{"match": "GET /", "choose": "color"}]
    )
    visitor = door.visitor(shop, page())
    visitor.get()
    for arm in ("red", "blue"):
        assert kept_private(visitor.get(headers=(("x-bw-arms", f"color~1~{arm}"),)))


def test_the_holdout_is_shared_apart(door: Door, open_shop: OpenShop) -> None:
    """Who belongs to the holdout gets pages that are kept for the holdout."""
    experiments = {"color": {**TWO["color"], "holdout": "99.9%"}}
    shop = shared(
        open_shop, experiments=experiments, routes=[{"match": "GET /", "choose": "color"}]
    )
    visitor = known(door, shop, page())
    assert said(visitor) == "color~1~*holdout"
    assert not kept_private(visitor.get(headers=(("x-bw-arms", said(visitor)),)))
    assert kept_private(visitor.get(headers=(("x-bw-arms", "color~1~red"),)))


def test_an_old_key_is_private(door: Door, open_shop: OpenShop) -> None:
    """A cookie that is written anew goes out with a page for nobody else."""
    visitor = known(door, shared(open_shop, secret_keys=["old"]), page())
    visitor.ask = door.ask(shared(open_shop, secret_keys=["old", "new"]), page())
    reply = visitor.get(headers=(("x-bw-arms", said(visitor)),))
    assert kept_private(reply)
    assert len(reply.values("set-cookie")) == 1


def test_without_the_setting_nothing_is_shared(door: Door, open_shop: OpenShop) -> None:
    """What caches say means nothing unless the configuration says that they may."""
    visitor = known(door, shared(open_shop, caching="private"), page())
    assert kept_private(visitor.get(headers=(("x-bw-arms", said(visitor)),)))


def test_who_may_object_shares_nothing(door: Door, open_shop: OpenShop) -> None:
    """Where consent is asked for no cache keeps a page: it cannot know who takes theirs back."""
    shop = shared(open_shop, consent={"respect_gpc": True})
    visitor = known(door, shop, page(("cache-control", "public, max-age=60")))
    assert kept_private(visitor.get(headers=(("x-bw-arms", said(visitor)),)))


def test_an_arm_by_force_is_private(door: Door, open_shop: OpenShop) -> None:
    """What is shown by force, and the page that begins with it, is nobody else's."""
    shop = shared(open_shop, debug={"force": True})
    visitor = known(door, shop, page(("cache-control", "public, max-age=60")))
    arms = said(visitor)
    name, _, arm = arms.split("!")[0].split("~")
    for query in (f"bw_force={name}:{arm}", ""):
        assert kept_private(visitor.get(query=query, headers=(("x-bw-arms", arms),)))
