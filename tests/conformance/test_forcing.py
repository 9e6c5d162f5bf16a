"""Arms by force, whatever the way in."""

from __future__ import annotations

import pytest

from banditware.config.settings import forcing_of
from tests.wires.shop import Clock, OpenShop, counted
from tests.wires.visitors import Door, Reply, Seen

ROUTES = [
    {"match": "/", "choose": "color"},
    {"match": "POST /buy", "reward": "color"},
]


@pytest.mark.parametrize("https", [False, True])
def test_a_link_forces_until_the_session_or_the_link_ends(
    door: Door, open_shop: OpenShop, https: bool
) -> None:
    """Who opened a link sees its arm on every page, counts nowhere, and gets their own arm back."""
    clock = Clock()
    shop = open_shop(clock)
    seen: list[str] = []

    def view(asked: Seen) -> Reply:
        seen.append(asked.shop["color"])
        return Reply()

    visitor = door.visitor(shop, view)
    visitor.get(https=https)
    own, values = seen[0], {"red": "#f00", "blue": "#00f"}
    arm = next(name for name, value in values.items() if value != own)
    link = forcing_of(shop.settings).written({"color": arm}, clock() + 3_600)
    reply = visitor.get(query=f"a=1&bw_force={link}", https=https)
    (cookie,) = reply.values("set-cookie")
    assert cookie.startswith(f"{'__Host-' if https else ''}bw_force=1!")
    assert "max-age" not in cookie.lower()
    assert reply.values("vary") == ["Cookie"]
    assert visitor.get(https=https).values("set-cookie") == []
    visitor.post(https=https)
    assert seen == [own, values[arm], values[arm], values[arm]]
    assert counted(shop) == (1, 0, 0, {"forced": 4})
    clock.now += 4_000
    (deleted,) = visitor.get(https=https).values("set-cookie")
    assert "Max-Age=0" in deleted
    visitor.post(https=https)
    assert seen[4:] == [own, own]
    assert counted(shop) == (1, 1, 1, {"forced": 4})


def test_a_link_may_clear(door: Door, open_shop: OpenShop) -> None:
    """`none` deletes the cookie and draws as for anybody."""
    shop = open_shop()
    visitor = door.visitor(shop)
    link = forcing_of(shop.settings).written({"color": "red"}, 2_000_000_000)
    visitor.get(query=f"bw_force={link}")
    cookies = visitor.get(query="bw_force=none").values("set-cookie")
    assert sorted(each.partition("=")[0] for each in cookies) == ["bw", "bw_force"]
    assert counted(shop) == (1, 0, 0, {"forced": 1})


def test_bots_and_who_did_not_consent_can_be_forced(door: Door, open_shop: OpenShop) -> None:
    """Who tests a page by a program, or before any banner, sees what the link says."""
    shop = open_shop(consent={"cookie": {"name": "c", "granted": "yes"}}, routes=ROUTES)
    reasons: list[str] = []

    def view(asked: Seen) -> Reply:
        reasons.append(asked.shop.decide("color").reason)
        return Reply()

    link = forcing_of(shop.settings).written({"color": "red"}, 2_000_000_000)
    for agent in ("curl/8", "Mozilla/5.0 (X11)"):
        door.visitor(shop, view).get(query=f"bw_force={link}", user_agent=agent)
    assert reasons == ["forced", "forced"]
    assert counted(shop) == (0, 0, 0, {"forced": 2})


def test_the_query_forces_in_debugging(door: Door, open_shop: OpenShop) -> None:
    """With `debug: {force: true}` the query names the arm; else it is ignored, and counted."""
    shop = open_shop(debug={"force": True})
    visitor = door.visitor(shop)
    visitor.get(query="bw_force=color:red")
    visitor.get()
    assert counted(shop) == (0, 0, 0, {"forced": 2})
    plain = open_shop()
    assert "bw" in str(door.visitor(plain).get(query="bw_force=color:red").values("set-cookie"))
    assert counted(plain) == (1, 0, 0, {"not_forced": 1})
    door.visitor(plain).get(query="bw_force=nothing:red&bw_force=color")
    assert counted(plain) == (2, 0, 0, {"not_forced": 1})


def test_targeting_does_not_stand_in_the_way(door: Door, open_shop: OpenShop) -> None:
    """Who is not targeted, or comes before the start, can be shown an arm."""
    experiments = {"color": {"arms": ["red", "blue"], "start": "2040-01-01", "default": "blue"}}
    shop = open_shop(experiments=experiments)
    link = forcing_of(shop.settings).written({"color": "red"}, 2_000_000_000)
    door.visitor(shop).get(query=f"bw_force={link}")
    assert counted(shop) == (0, 0, 0, {"forced": 1})
