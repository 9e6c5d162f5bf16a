"""Consent, whatever the way in."""

from __future__ import annotations

import pytest

from tests.wires.shop import OpenShop, counted
from tests.wires.visitors import Door, Reply, Seen, Visitor

COOKIE = {"cookie": {"name": "consent", "granted": "yes", "denied": "no"}}
HEADER = {"header": {"name": "X-Consent", "granted": "yes", "denied": "no"}}


def test_no_cookie_before_a_yes(door: Door, open_shop: OpenShop) -> None:
    """Before somebody said yes nothing is stored, and what is served counts apart."""
    shop = open_shop(consent=COOKIE)
    visitor = door.visitor(shop)
    for _ in range(3):
        reply = visitor.get()
        assert reply.values("set-cookie") == []
        assert reply.values("vary") == ["Cookie, Sec-GPC"]
        assert reply.values("cache-control") == ["private"]
    visitor.post()
    assert counted(shop) == (0, 0, 0, {"no_consent": 3, "no_decision": 1})
    visitor.jar["consent"] = "yes"
    assert len(visitor.get().values("set-cookie")) == 1
    returned = visitor.get()
    assert (returned.values("set-cookie"), returned.values("vary")) == ([], ["Cookie, Sec-GPC"])
    visitor.post()
    assert counted(shop)[:2] == (1, 1)


@pytest.mark.parametrize("https", [False, True])
def test_a_no_deletes_the_cookie(door: Door, open_shop: OpenShop, https: bool) -> None:
    """With a no the cookie is deleted, in the name that the scheme has, once."""
    visitor = door.visitor(open_shop(consent=COOKIE))
    visitor.jar["consent"] = "yes"
    visitor.get(https=https)
    ours = "__Host-bw" if https else "bw"
    assert visitor.jar[ours]
    visitor.jar["consent"] = "no"
    (deleted,) = visitor.get(https=https).values("set-cookie")
    assert deleted.startswith(f"{ours}=; ")
    assert "Max-Age=0" in deleted
    assert ("Secure" in deleted) is https
    del visitor.jar[ours]
    assert visitor.get(https=https).values("set-cookie") == []


def test_both_cookies_go_over_https(door: Door, open_shop: OpenShop) -> None:
    """A browser that has our cookie under both names loses both."""
    ask = door.visitor(open_shop(consent=COOKIE))
    reply = ask.get(cookie="consent=no; bw=1; __Host-bw=2", https=True)
    names = {each.partition("=")[0] for each in reply.values("set-cookie")}
    assert names == {"bw", "__Host-bw"}


def test_a_header_is_varied_on(door: Door, open_shop: OpenShop) -> None:
    """Consent in a header is named in `Vary`, and a browser's own no beside it."""
    shop = open_shop(consent=HEADER)
    visitor = door.visitor(shop)
    reply = visitor.get(headers=(("x-consent", "yes"),))
    assert reply.values("vary") == ["Cookie, X-Consent, Sec-GPC"]
    assert len(reply.values("set-cookie")) == 1
    objecting = door.visitor(shop).get(headers=(("x-consent", "yes"), ("sec-gpc", "1")))
    assert objecting.values("set-cookie") == []
    assert counted(shop).excluded == {"refused": 1}


def test_the_arm_of_the_page_with_the_banner_stays(door: Door, open_shop: OpenShop) -> None:
    """A view that hands back the token of a page gives its visitor the arm of that page."""
    shop = open_shop(
        consent={**COOKIE, "undecided": "stateless"},
        routes=[{"match": "GET /", "choose": "color"}, {"match": "POST /buy", "reward": "color"}],
    )
    shown: list[str] = []

    def view(seen: Seen) -> Reply:
        if seen.path == "/agree":
            seen.shop.consent(True, shown[-1])
        elif seen.path == "/":
            shown.append(seen.shop.decide("color").token)
        return Reply()

    ask = door.ask(shop, view)
    for _ in range(5):
        visitor = Visitor(ask)
        visitor.get()
        assert visitor.jar == {}
        visitor.post("/agree")
        visitor.jar["consent"] = "yes"
        token = shown[-1]
        visitor.get()
        assert _drawn(shown[-1]) == _drawn(token)
    assert counted(shop) == (5, 0, 0, {"stateless": 5})


def _drawn(token: str) -> list[str]:
    """Return experiment, version, arm, propensity and time of a decision, without the signature."""
    return token.split("~")[:5]
