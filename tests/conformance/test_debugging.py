"""What responses tell of decisions while an app is made."""

from __future__ import annotations

import re

from tests.wires.shop import OpenShop
from tests.wires.visitors import Door, Reply, Request, Seen

TWO = {"color": {"arms": ["red", "blue"]}, "headline": {"arms": {"formal": "Good day"}}}


def view(seen: Seen) -> Reply:
    """Show the arm of the first experiment, and decide the second one here."""
    seen.shop.decide("headline")
    return Reply(headers=(("x-arm", seen.shop.decide("color").arm),))


def test_nothing_is_told_by_default(door: Door, open_shop: OpenShop) -> None:
    """Without `debug`, no header names an arm or a time."""
    reply = door.visitor(open_shop(experiments=TWO)).get()
    assert (reply.values("x-banditware"), reply.values("server-timing")) == ([], [])


def test_arms_are_told(door: Door, open_shop: OpenShop) -> None:
    """`X-Banditware` names the arms of routes and of the view, on every response that has any."""
    shop = open_shop(experiments=TWO, debug={"header": True})
    visitor = door.visitor(shop, view)
    for _ in range(2):
        reply = visitor.get()
        (arm,) = reply.values("x-arm")
        assert reply.values("x-banditware") == [f"color={arm}; headline=formal"]
        assert reply.values("server-timing") == []
    assert visitor.post().values("x-banditware") == [f"headline=formal; color={arm}"]


def test_times_are_told(door: Door, open_shop: OpenShop) -> None:
    """`Server-Timing` says in milliseconds what the decisions took, beside the app's own."""
    shop = open_shop(experiments=TWO, debug={"server_timing": True})
    own = (("server-timing", "app;dur=3"),)
    reply = door.ask(shop, lambda seen: Reply(headers=own))(Request())
    told = ", ".join(reply.values("server-timing"))
    assert re.fullmatch(r"app;dur=3, banditware;dur=\d+\.\d{3}", told)
    assert reply.values("x-banditware") == []


def test_a_page_without_experiments_tells_nothing(door: Door, open_shop: OpenShop) -> None:
    """A page on which nothing was decided goes out as it is."""
    shop = open_shop(debug=True)
    assert door.ask(shop)(Request(path="/plain")) == door.bare()(Request(path="/plain"))


def test_what_is_told_of_a_bot(door: Door, open_shop: OpenShop) -> None:
    """A bot's page names the default that it shows."""
    reply = door.ask(open_shop(debug=True))(Request(user_agent="examplebot"))
    assert reply.values("x-banditware") == ["color=red"]
