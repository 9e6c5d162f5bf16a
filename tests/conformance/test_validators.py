"""ETags and conditions of pages with arms: the page of another arm never counts as unchanged."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import pytest

from tests.wires.shop import OpenShop, counted
from tests.wires.visitors import Door, Pairs, Reply, Request, Seen, Visitor

#: The app's own ETag, which does not see the arm, in every spelling.
ETAGS = ['"x"', 'W/"x"', '""', '"a,b~c"', '"x~s0011aabb"']

SINCE = "Mon, 05 Jan 2026 10:00:00 GMT"


@dataclass
class Page:
    """An app that answers 304 to its own ETag, and to whoever has seen its last change.

    Attributes:
        etag: its ETag; empty for none.
        conditions: what it was asked by, request by request.
    """

    etag: str = '"x"'
    conditions: list[Pairs] = field(default_factory=list)

    def __call__(self, seen: Seen) -> Reply:
        """Answer as a static file does."""
        names = ("if-none-match", "if-modified-since")
        asked = {name: seen.headers[name] for name in names if name in seen.headers}
        self.conditions.append(tuple(asked.items()))
        headers: Pairs = (("etag", self.etag), ("last-modified", SINCE))
        unchanged = self.etag in asked.get("if-none-match", "") if self.etag else False
        if unchanged or ("if-none-match" not in asked and "if-modified-since" in asked):
            return Reply(304, headers, ())
        return Reply(headers=headers)


def etag(reply: Reply) -> str:
    (found,) = reply.values("etag")
    return found


def again(visitor: Visitor, reply: Reply, *more: tuple[str, str]) -> Reply:
    """Ask as a browser does that has kept a reply."""
    kept = (("if-none-match", etag(reply)), ("if-modified-since", SINCE))
    return visitor.get(headers=(*kept, *more))


def two_arms(door: Door, open_shop: OpenShop, page: Page) -> tuple[tuple[Visitor, Reply], ...]:
    """Return a visitor of each arm, with the first reply."""
    ask = door.ask(open_shop(), page)
    found: dict[str, tuple[Visitor, Reply]] = {}
    while len(found) < 2:
        visitor = Visitor(ask)
        reply = visitor.get()
        found[re.findall("~(red|blue)~", visitor.jar["bw"])[0]] = (visitor, reply)
    return tuple(found.values())


@pytest.mark.parametrize("own", ETAGS)
def test_the_same_arm_is_unchanged(door: Door, open_shop: OpenShop, own: str) -> None:
    """Who has the page of the arm that is served again gets 304, and the app its own ETag."""
    page = Page(own)
    visitor = door.visitor(open_shop(), page)
    first = visitor.get()
    assert re.fullmatch(r'W/"[^"]*~[sw][0-9a-f]{8}"', etag(first))
    reply = again(visitor, first)
    assert (reply.status, etag(reply)) == (304, etag(first))
    assert page.conditions == [(), (("if-none-match", own), ("if-modified-since", SINCE))]


@pytest.mark.parametrize("own", ETAGS)
def test_another_arm_is_changed(door: Door, open_shop: OpenShop, own: str) -> None:
    """Who has the page of another arm gets the whole page, although the app's ETag is the same."""
    page = Page(own)
    (one, first), (two, second) = two_arms(door, open_shop, page)
    assert etag(first) != etag(second)
    page.conditions.clear()
    assert again(one, second).status == again(two, first).status == 200
    assert page.conditions == [(), ()]


def test_a_page_from_before_the_experiment_is_changed(door: Door, open_shop: OpenShop) -> None:
    """Who has kept a page from before gets the whole page of the arm, and the pull counts."""
    shop = open_shop()
    reply = again(door.visitor(shop, Page()), door.bare(Page())(Request()))
    assert reply.status == 200
    assert counted(shop).pulls == 1


def test_a_new_version_is_changed(door: Door, open_shop: OpenShop) -> None:
    """Who is decided anew is counted, because the page is not what was kept."""
    arms = {"arms": {"red": "#f00"}}
    visitor = door.visitor(open_shop(experiments={"color": arms}), Page())
    first = visitor.get()
    shop = open_shop(experiments={"color": {**arms, "version": 2}})
    visitor.ask = door.ask(shop, Page())
    assert again(visitor, first).status == 200
    assert counted(shop).pulls == 1


def test_several_are_asked_about(door: Door, open_shop: OpenShop) -> None:
    """Of several ETags the app sees its own ones of this arm."""
    page = Page()
    (one, first), (_, second) = two_arms(door, open_shop, page)
    kept = f'"x", {etag(second)}, {etag(first)}, *, W/"y"'
    assert one.get(headers=(("if-none-match", kept),)).status == 304
    assert page.conditions[-1] == (("if-none-match", '"x"'),)


@pytest.mark.parametrize("asked", ["*", "", '"x"', "x", 'W/"x~s"', '"~s~s', "\xe9"])
def test_what_is_no_mark_is_changed(door: Door, open_shop: OpenShop, asked: str) -> None:
    """Whatever else a client asks by, it gets the whole page."""
    shop = open_shop()
    headers = (("if-none-match", asked), ("if-modified-since", SINCE))
    assert door.visitor(shop, Page()).get(headers=headers).status == 200
    assert shop.health().faults == 0


def test_a_date_cannot_see_arms(door: Door, open_shop: OpenShop) -> None:
    """Who asks by date alone gets the whole page."""
    page = Page("")
    visitor = door.visitor(open_shop(), page)
    visitor.get()
    assert visitor.get(headers=(("if-modified-since", SINCE),)).status == 200
    assert page.conditions == [(), ()]


def test_conditions_of_changes_are_the_apps(door: Door, open_shop: OpenShop) -> None:
    """`If-None-Match: *` of a PUT guards what the app keeps, and reaches it."""
    page = Page()
    routes = [{"match": "PUT|GET /", "choose": "color"}]
    visitor = door.visitor(open_shop(routes=routes), page)
    visitor.send(Request("PUT", headers=(("if-none-match", "*"),)))
    assert page.conditions == [(("if-none-match", "*"),)]


def test_other_pages_keep_their_validators(door: Door, open_shop: OpenShop) -> None:
    """A page without experiments has the app's ETag, and its conditions reach the app."""
    page = Page()
    visitor = door.visitor(open_shop(), page)
    reply = visitor.get("/plain")
    assert etag(reply) == '"x"'
    kept = (("if-none-match", '"x"'),)
    assert visitor.get("/plain", headers=kept).status == 304


def test_a_view_that_decides_has_its_own_validators(door: Door, open_shop: OpenShop) -> None:
    """An ETag of a view that decides by itself goes out as the view made it."""

    def view(seen: Seen) -> Reply:
        return Reply(headers=(("etag", f'"{seen.shop["color"]}"'),))

    visitor = door.visitor(open_shop(), view)
    assert etag(visitor.get("/own")) in {'"#f00"', '"#00f"'}


def test_a_page_without_etag_gets_none(door: Door, open_shop: OpenShop) -> None:
    """Nothing is made up where the app has no ETag, and other headers stay."""
    reply = door.visitor(open_shop(), lambda seen: Reply(headers=(("date", "x"),))).get()
    assert reply.values("etag") == []
    assert reply.values("date") == ["x"]
