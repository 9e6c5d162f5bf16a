"""People with several devices, whatever the way in."""

from __future__ import annotations

import pytest

from tests.wires.shop import OpenShop, counted
from tests.wires.visitors import Door, Reply, Seen, Visitor


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a login wait for as long as a busy machine takes."""
    monkeypatch.setattr("banditware.people.WAIT", 60.0)


def test_the_first_arm_holds_on_all_devices(door: Door, open_shop: OpenShop) -> None:
    """Ten people with two devices each see one arm, are one pull where they log in first."""
    shop = open_shop()
    shown: list[str] = []

    def view(seen: Seen) -> Reply:
        if seen.path.startswith("/login/"):
            seen.shop.identify(seen.path.removeprefix("/login/"))
        elif seen.path == "/":
            shown.append(seen.shop["color"])
        return Reply()

    ask = door.ask(shop, view)
    for number in range(10):
        phone, laptop = Visitor(ask), Visitor(ask)
        phone.get()
        phone.post(f"/login/{number}")
        (cookie,) = laptop.post(f"/login/{number}").values("set-cookie")
        assert f"/{number}" not in cookie
        laptop.get()
        phone.get()
        laptop.post()
        phone.post()
        assert len(set(shown[-3:])) == 1
    assert set(shown) == {"#f00", "#00f"}
    assert counted(shop) == (10, 10, 10, {"duplicate": 10})


def test_conflicts_are_counted(door: Door, open_shop: OpenShop) -> None:
    """Devices that were shown different arms before are told, and agree afterwards."""
    shop = open_shop()
    shown: list[str] = []

    def view(seen: Seen) -> Reply:
        if seen.path == "/login":
            seen.shop.identify(1)
        else:
            shown.append(seen.shop["color"])
        return Reply()

    ask = door.ask(shop, view)
    devices = [Visitor(ask) for _ in range(6)]
    for device in devices:
        device.get()
    first, conflicts = shown[0], sum(each != shown[0] for each in shown)
    assert conflicts
    for device in devices:
        device.post("/login")
        device.get()
    assert shown[6:] == [first] * 6
    assert counted(shop) == (6, 0, 0, {"conflict": conflicts})
