"""Arms that send the browser to another address."""

from __future__ import annotations

import pytest

from tests.wires.shop import OpenShop, counted
from tests.wires.visitors import Door, Reply, Request, Seen

ROUTES = [{"match": "/p<path:rest>", "choose": "pricing"}]


def sent(door: Door, open_shop: OpenShop, target: str, request: Request) -> Reply:
    """Return what a request gets if the only arm is a redirect."""
    return door.ask(open_shop(experiments=one(target), routes=ROUTES))(request)


def one(target: str) -> dict[str, object]:
    return {"pricing": {"arms": {"new": {"redirect": target}}}}


TARGETS = {
    "/b": ("", "/b"),
    "/b#top": ("x=1", "/b?x=1#top"),
    "/b?y=2": ("x=1&z", "/b?y=2&x=1&z"),
    "/caf%C3%A9": ("q=%C3%A9", "/caf%C3%A9?q=%C3%A9"),
    "https://shop.example": ("x=1", "https://shop.example?x=1"),
    "https://other.example:8443/pricing": ("", "https://other.example:8443/pricing"),
}


@pytest.mark.parametrize("target", TARGETS)
def test_the_browser_is_sent_there(door: Door, open_shop: OpenShop, target: str) -> None:
    """The answer is 302 to the address of the arm, with the query of the request."""
    query, location = TARGETS[target]
    reply = sent(door, open_shop, target, Request(path="/pricing", query=query))
    assert (reply.status, reply.values("location"), reply.body) == (302, [location], b"")
    assert (reply.values("cache-control"), reply.values("vary")) == (["private"], ["Cookie"])
    assert len(reply.values("set-cookie")) == 1


def test_a_redirect_is_a_pull_and_sticky(door: Door, open_shop: OpenShop) -> None:
    """Each visitor stays with the address of the arm, counted once; the other arm is the app's."""
    arms = {"old": {"rewrite": "/pricing-old"}, "new": {"redirect": "/elsewhere"}}
    shop = open_shop(experiments={"pricing": {"arms": arms}}, routes=ROUTES)
    statuses: set[int] = set()
    paths: set[str] = set()

    def view(seen: Seen) -> Reply:
        paths.add(seen.path)
        return Reply()

    for _ in range(8):
        visitor = door.visitor(shop, view)
        replies = [visitor.get("/pricing") for _ in range(2)]
        assert replies[0].status == replies[1].status
        assert len(replies[0].values("set-cookie")) == 1
        assert replies[1].values("set-cookie") == []
        statuses.add(replies[0].status)
    assert (statuses, paths) == ({200, 302}, {"/pricing-old"})
    assert counted(shop, "pricing").pulls == 8


HERE = (
    *("/pricing", "/pricing?tab=2", "/pr%69cing"),
    *("https://shop.example/pricing", "http://shop.example:80/pricing"),
)


@pytest.mark.parametrize("target", HERE)
def test_who_is_there_already_gets_the_app(door: Door, open_shop: OpenShop, target: str) -> None:
    """A redirect to the very path that was asked for serves the app instead of a loop."""
    assert sent(door, open_shop, target, Request(path="/pricing")).status == 200


@pytest.mark.parametrize("target", ["https://other.example/pricing", "/pricing/"])
def test_another_host_or_path_is_elsewhere(door: Door, open_shop: OpenShop, target: str) -> None:
    """The same path of another host, and one with a slash more, are other addresses."""
    assert sent(door, open_shop, target, Request(path="/pricing")).status == 302


def test_below_a_mount_the_end_of_the_path_counts(door: Door, open_shop: OpenShop) -> None:
    """Where routes do not see the mount point, a redirect to below one is no loop either."""
    shop = open_shop(experiments=one("/shop/pricing"), routes=ROUTES, below_mount=True)
    assert door.ask(shop)(Request(path="/pricing")).status == 200
    assert door.ask(shop)(Request(path="/price")).status == 302


def test_a_form_is_not_sent_elsewhere(door: Door, open_shop: OpenShop) -> None:
    """What would lose its body on the way is answered by the app."""
    assert sent(door, open_shop, "/b", Request("POST", "/pricing")).status == 200


def test_head_is_sent_there_but_counts_nothing(door: Door, open_shop: OpenShop) -> None:
    """HEAD gets the same address, without a pull and without a cookie."""
    shop = open_shop(experiments=one("/b"), routes=ROUTES)
    reply = door.ask(shop)(Request("HEAD", "/pricing"))
    assert (reply.status, reply.values("location")) == (302, ["/b"])
    assert reply.values("set-cookie") == []
    assert counted(shop, "pricing").pulls == 0


def test_a_view_that_decides_is_not_sent_anywhere(door: Door, open_shop: OpenShop) -> None:
    """Arms with addresses concern the routes that choose them and nothing else."""

    def view(seen: Seen) -> Reply:
        return Reply(headers=(("x-arm", seen.shop.decide("pricing").arm),))

    reply = door.ask(open_shop(experiments=one("/b"), routes=[]), view)(Request(path="/pricing"))
    assert (reply.status, reply.values("x-arm")) == (200, ["new"])
