"""What is read from the Cookie header, whoever wrote it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.wires.shop import SECRET, Clock, OpenShop, counted
from tests.wires.visitors import Door, Reply, Request, Seen, Visitor


def newcomer(door: Door, open_shop: OpenShop) -> tuple[Visitor, str]:
    """Return a visitor after the first visit, and the value of the cookie."""
    visitor = door.visitor(open_shop())
    visitor.get()
    return visitor, visitor.jar["bw"]


BEFORE_OURS = {
    "nothing": "",
    "JSON": 'x={"a":1}; ',
    "JSON with our name": 'x={"bw":"1;2"}; ',
    "backslashes": 'x="' + "\\" * 40_000 + '"; ',
    "an open quote": 'x="; ',
    "raw 0xE9": "caf\xe9=\xe9; ",
    "no equals sign": "lonely; ",
    "empty parts": ";; ; ",
    "only an equals sign": "=; ",
    "blanks": " \t ",
    "another of our name": "bw=forged; ",
    "an empty one of our name": "bw=; ",
    "quoted of our name": 'bw="a.b"; ',
    "a longer name": "bw2=1; xbw=2; __Host-bw=3; ",
    "another spelling": "BW=1; ",
    "twenty of our name": "".join(f"bw=a.{number}; " for number in range(20)),
    "not ASCII of our name": "bw=\xe9.\xe9; ",
    "a null byte": "x=\0; ",
}


@pytest.mark.parametrize("case", BEFORE_OURS)
def test_whatever_stands_before_our_cookie_it_is_found(
    door: Door, open_shop: OpenShop, case: str
) -> None:
    """The first cookie of our name that verifies wins, whatever hostile things precede it."""
    visitor, ours = newcomer(door, open_shop)
    reply = visitor.get(cookie=f"{BEFORE_OURS[case]}bw={ours}")
    assert reply.values("set-cookie") == []


@pytest.mark.parametrize("case", BEFORE_OURS)
def test_whatever_stands_behind_our_cookie_it_is_found(
    door: Door, open_shop: OpenShop, case: str
) -> None:
    """What follows our cookie does not change it."""
    visitor, ours = newcomer(door, open_shop)
    assert visitor.get(cookie=f"bw={ours} ;{BEFORE_OURS[case]}").values("set-cookie") == []


@pytest.mark.parametrize("case", BEFORE_OURS)
def test_without_our_cookie_hostile_headers_mean_no_cookie(
    door: Door, open_shop: OpenShop, case: str
) -> None:
    """A header without a cookie of ours makes a new visitor, never an error."""
    shop = open_shop()
    reply = door.ask(shop)(Request(cookie=BEFORE_OURS[case]))
    assert len(reply.values("set-cookie")) == 1
    assert (shop.health().faults, counted(shop).pulls) == (0, 1)


def test_the_first_of_two_good_cookies_wins(door: Door, open_shop: OpenShop) -> None:
    """Of two cookies that both verify, the first is this visitor's."""
    shop = open_shop()
    subjects: list[str] = []

    def view(seen: Seen) -> Reply:
        subjects.append(seen.shop.subject)
        return Reply()

    ask = door.ask(shop, view)
    one, two = Visitor(ask), Visitor(ask)
    one.get()
    two.get()
    one.get(cookie=f"bw={one.jar['bw']}; bw={two.jar['bw']}")
    one.get(cookie=f"bw={two.jar['bw']}; bw={one.jar['bw']}")
    assert subjects == [*subjects[:2], *subjects[:2]]
    assert subjects[0] != subjects[1]


BROKEN: dict[str, Callable[[str], str]] = {
    "cut": lambda value: value[:-1],
    "longer": lambda value: value + "A",
    "swapped": lambda value: value.swapcase(),
    "other payload": lambda value: "2" + value[1:],
    "unsigned": lambda value: value.rpartition(".")[0],
    "oversized": lambda value: value + "A" * 8_000,
    "quoted": lambda value: f'"{value}"',
    "empty": lambda value: "",
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_cookie_is_no_cookie(door: Door, open_shop: OpenShop, case: str) -> None:
    """A cookie that is not what we signed makes a new visitor."""
    shop = open_shop()
    visitor = door.visitor(shop)
    visitor.get()
    broken = BROKEN[case](visitor.jar["bw"])
    assert broken != visitor.jar["bw"]
    assert len(visitor.get(cookie=f"bw={broken}").values("set-cookie")) == 1
    assert (shop.health().faults, counted(shop).pulls) == (0, 2)


def test_a_cookie_over_http_is_not_read_over_https(door: Door, open_shop: OpenShop) -> None:
    """A plain `bw`, which a sibling site could have planted, is nothing over https."""
    visitor, _ = newcomer(door, open_shop)
    assert len(visitor.get(https=True).values("set-cookie")) == 1


def test_an_old_cookie_is_no_cookie(door: Door, open_shop: OpenShop) -> None:
    """A cookie past its age is not read, although a browser sent it."""
    clock = Clock()
    visitor = door.visitor(open_shop(clock))
    visitor.get()
    clock.now += 91 * 86_400
    assert len(visitor.get().values("set-cookie")) == 1


def test_a_cookie_of_another_clock_is_read_with_tolerance(door: Door, open_shop: OpenShop) -> None:
    """A cookie from a host whose clock is 200 s ahead is read; one from tomorrow is not."""
    clock = Clock()
    visitor = door.visitor(open_shop(clock))
    visitor.get()
    clock.now -= 200
    assert visitor.get().values("set-cookie") == []
    clock.now -= 86_400
    assert len(visitor.get().values("set-cookie")) == 1


def test_a_cookie_of_an_old_key_is_written_anew(door: Door, open_shop: OpenShop) -> None:
    """After a rotation old cookies are read, and signed again with the new key."""
    visitor = door.visitor(open_shop(secret_keys=["old" + SECRET]))
    visitor.get()
    visitor.ask = door.ask(open_shop(secret_keys=["old" + SECRET, SECRET]))
    assert len(visitor.get().values("set-cookie")) == 1
    assert visitor.get().values("set-cookie") == []
    visitor.ask = door.ask(open_shop())
    assert visitor.get().values("set-cookie") == []


def test_a_cookie_of_a_key_that_is_gone_is_no_cookie(door: Door, open_shop: OpenShop) -> None:
    """What a removed key signed is not read."""
    visitor = door.visitor(open_shop(secret_keys=["old" + SECRET]))
    visitor.get()
    shop = open_shop()
    visitor.ask = door.ask(shop)
    visitor.get()
    assert counted(shop).pulls == 1
