"""What operators change, as visitors see it; the same by every way in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from banditware import Bandit
from tests.wires.shop import OpenShop, counted
from tests.wires.visitors import Door, Reply, Request, Seen, Visitor

THREE: dict[str, Any] = {
    "experiments": {
        "color": {"arms": {"red": "#f00", "blue": "#00f", "lime": "#0f0"}, "default": "red"}
    }
}


def color(seen: Seen) -> Reply:
    """A view that shows the color in a header; buying shows none."""
    if seen.path != "/":
        return Reply()
    return Reply(headers=(("x-color", seen.shop["color"]),))


def shown(reply: Reply) -> str:
    """Return the color that was shown."""
    (value,) = reply.values("x-color")
    return value


def with_arm(door: Door, shop: Bandit, value: str) -> Visitor:
    """Return somebody who was shown this color and keeps it."""
    ask = door.ask(shop, color)
    for _ in range(200):
        visitor = Visitor(ask)
        if shown(visitor.get()) == value:
            return visitor
    raise AssertionError(f"nobody is shown {value}")


def new(door: Door, shop: Bandit, number: int = 12) -> list[Reply]:
    """Return what somebody new is shown, so many times."""
    ask = door.ask(shop, color)
    return [Visitor(ask).get() for _ in range(number)]


def test_paused(door: Door, open_shop: OpenShop) -> None:
    """All get the default and no cookie; earlier decisions earn; resumed, all have their arms."""
    shop = open_shop(**THREE)
    visitor = with_arm(door, shop, "#00f")
    pulls = counted(shop).pulls
    shop.control("pause", "color")
    kept = dict(visitor.jar)
    assert shown(visitor.get()) == "#f00"
    assert visitor.jar == kept
    fresh = new(door, shop, 5)
    assert {shown(reply) for reply in fresh} == {"#f00"}
    assert not any(reply.values("set-cookie") for reply in fresh)
    assert fresh[0].values("vary") == ["Cookie"]
    visitor.post()
    found = counted(shop)
    assert (found.pulls, found.rewards, found.excluded) == (pulls, 1, {"paused": 6})
    shop.control("resume", "color")
    assert shown(visitor.get()) == "#00f"
    assert counted(shop).pulls == pulls


@pytest.mark.parametrize(
    ("action", "arm", "value"),
    [("stop", None, "#f00"), ("stop", "lime", "#0f0"), ("promote", "lime", "#0f0")],
)
def test_frozen(door: Door, open_shop: OpenShop, action: str, arm: str | None, value: str) -> None:
    """All get that arm and no cookie, nothing is counted or earned, and it can be taken back."""
    shop = open_shop(**THREE)
    visitor = with_arm(door, shop, "#00f")
    pulls = counted(shop).pulls
    state = shop.control(action, "color", arm=arm).after["state"]
    kept = dict(visitor.jar)
    assert {shown(reply) for reply in [visitor.get(), *new(door, shop, 4)]} == {value}
    assert not new(door, shop, 1)[0].values("set-cookie")
    visitor.post()
    assert visitor.jar == kept
    found = counted(shop)
    assert (found.pulls, found.rewards, found.excluded) == (pulls, 0, {state: 7})
    shop.control("archive", "color")
    assert shown(visitor.get()) == value
    assert counted(shop).excluded == {state: 7, "archived": 1}
    shop.control("resume", "color")
    assert shown(visitor.get()) == "#00f"
    visitor.post()
    assert (counted(shop).pulls, counted(shop).rewards) == (pulls, 1)


@pytest.mark.parametrize("action", ["pause", "retire"])
def test_an_arm_that_is_taken_out(door: Door, open_shop: OpenShop, action: str) -> None:
    """Nobody gets it any more; whoever had it gets another one at once, and keeps that."""
    shop = open_shop(**THREE)
    had, other = with_arm(door, shop, "#00f"), with_arm(door, shop, "#0f0")
    pulls = counted(shop).pulls
    shop.control(action, "color", arm="blue")
    assert {shown(reply) for reply in new(door, shop)} == {"#f00", "#0f0"}
    anew = shown(had.get())
    assert anew in {"#f00", "#0f0"}
    assert shown(other.get()) == "#0f0"
    assert counted(shop).pulls == pulls + 13
    assert counted(shop).excluded == {}
    if action == "pause":
        shop.control("resume", "color", arm="blue")
        assert "#00f" in {shown(reply) for reply in new(door, shop, 40)}
    assert shown(had.get()) == anew


def test_an_arm_that_is_added(door: Door, open_shop: OpenShop) -> None:
    """It is drawn like the others, with its value, and remembered; who has an arm keeps it."""
    shop = open_shop(**THREE)
    had = with_arm(door, shop, "#00f")
    shop.control("add", "color", arm="grey", value="#888")
    visitor = with_arm(door, shop, "#888")
    assert [shown(visitor.get()), shown(had.get())] == ["#888", "#00f"]
    visitor.post()
    assert shop.stats("color")["arms"]["grey"]["rewards"] == 1


def test_begun_anew(door: Door, open_shop: OpenShop) -> None:
    """After a reset nothing is counted, and who had an arm is a new visitor, once."""
    shop = open_shop(**THREE)
    had = with_arm(door, shop, "#00f")
    shop.control("reset", "color")
    assert counted(shop).pulls == 0
    assert had.get().values("set-cookie")
    assert not had.get().values("set-cookie")
    assert counted(shop).pulls == 1


KILLS = ("control", "environment", "file")


def kill(how: str, shop: Bandit, file: Path, patch: pytest.MonkeyPatch) -> None:
    """Switch everything off."""
    if how == "control":
        shop.control("kill")
    elif how == "environment":
        patch.setenv("BANDITWARE_KILL", "1")
    else:
        file.touch()
    shop.refresh()


def revive(how: str, shop: Bandit, file: Path, patch: pytest.MonkeyPatch) -> None:
    """Switch everything on again."""
    if how == "control":
        shop.control("revive")
    elif how == "environment":
        patch.delenv("BANDITWARE_KILL")
    else:
        file.unlink()
    shop.refresh()


@pytest.mark.parametrize("how", KILLS)
def test_killed(
    door: Door, open_shop: OpenShop, how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All get the default, no cookie is set, nothing is counted but why; and back again."""
    file = tmp_path / "off"
    shop = open_shop(**THREE, kill_switch=str(file))
    visitor = with_arm(door, shop, "#00f")
    pulls = counted(shop).pulls
    shop.control("promote", "color", arm="lime")
    kill(how, shop, file, monkeypatch)
    assert shop.health().killed == shop.controls().killed != ""
    replies = [visitor.get(), *new(door, shop, 5), visitor.get(query="bw_force=color:blue")]
    assert {shown(reply) for reply in replies} == {"#f00"}
    replies.append(visitor.post())
    assert [reply.status for reply in replies] == [200] * 8
    assert not any(reply.values("set-cookie") for reply in replies)
    found = counted(shop)
    assert (found.pulls, found.rewards, found.excluded) == (pulls, 0, {"killed": 8})
    revive(how, shop, file, monkeypatch)
    shop.control("resume", "color")
    assert shown(visitor.get()) == "#00f"
    assert counted(shop).pulls == pulls


def test_a_key_is_not_rotated_while_killed(door: Door, open_shop: OpenShop) -> None:
    """A cookie that an old key has signed is left as it is."""
    old = open_shop(secret_keys=["old"])
    visitor = door.visitor(old)
    visitor.get()
    shop = open_shop(secret_keys=["old", "new"])
    shop.control("kill")
    assert not Visitor(door.ask(shop), dict(visitor.jar)).get().values("set-cookie")
    shop.control("revive")
    assert Visitor(door.ask(shop), dict(visitor.jar)).get().values("set-cookie")


def test_nobody_is_identified_while_killed(door: Door, open_shop: OpenShop) -> None:
    """Devices are not brought together."""
    said = []

    def view(seen: Seen) -> Reply:
        said.append(seen.shop.identify("anna"))
        return color(seen)

    shop = open_shop(**THREE)
    shop.control("kill")
    assert not Visitor(door.ask(shop, view)).get().values("set-cookie")
    assert said == [False]


def test_a_request_goes_on_with_what_it_began_with(door: Door, open_shop: OpenShop) -> None:
    """A change in the middle of a request is for the next one."""
    shop = open_shop(**THREE)

    def view(seen: Seen) -> Reply:
        if not shop.controls().version:
            shop.control("stop", "color")
        return color(seen)

    visitor = Visitor(door.ask(shop, view))
    assert visitor.get().values("set-cookie")
    assert counted(shop).pulls == 1
    assert shown(visitor.get()) == "#f00"


def test_forced_arms_are_looked_at_while_paused(door: Door, open_shop: OpenShop) -> None:
    """Whoever looks at a page by force sees it, while others get the default."""
    shop = open_shop(**THREE, debug={"force": True})
    shop.control("pause", "color")
    ask = door.ask(shop, color)
    assert shown(ask(Request(query="bw_force=color:lime"))) == "#0f0"
    assert counted(shop).excluded == {"forced": 1}


def test_pages_that_are_served_by_their_arms(door: Door, open_shop: OpenShop) -> None:
    """A promoted arm's own page is what all get."""
    arms = {"old": {"rewrite": "/old"}, "new": {"rewrite": "/new"}}
    shop = open_shop(
        experiments={"page": {"arms": arms}}, routes=[{"match": "/", "choose": "page"}]
    )
    shop.control("promote", "page", arm="new")
    paths = []

    def view(seen: Seen) -> Reply:
        paths.append(seen.path)
        return Reply()

    ask = door.ask(shop, view)
    for _ in range(4):
        ask(Request())
    assert paths == ["/new"] * 4
