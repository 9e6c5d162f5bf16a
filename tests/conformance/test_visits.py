"""Where an app finds its visit, and what a rewritten path is to it."""

from __future__ import annotations

import gc
from contextvars import Context, copy_context
from weakref import ref

import pytest

from banditware import Visit, current_visit
from banditware.current import NoVisitError
from tests.wires.entries import ENTRIES
from tests.wires.shop import CONFIG, OpenShop, counted
from tests.wires.visitors import Door, Reply, Request, Seen, Visitor

REWRITTEN = {"pricing": {"arms": {"old": {"rewrite": "/pricing"}, "new": {"rewrite": "/néw b"}}}}


def test_the_visit_is_the_same_wherever_it_is_found(door: Door, open_shop: OpenShop) -> None:
    """The visit under the interface's key is the one that `current_visit` returns."""
    found: list[tuple[Visit | None, Visit]] = []

    def view(seen: Seen) -> Reply:
        found.append((seen.visit, current_visit()))
        return Reply()

    door.ask(open_shop(), view)(Request(path="/elsewhere"))
    ((under_the_key, current),) = found
    assert under_the_key is current


def test_views_may_decide_where_no_route_is(door: Door, open_shop: OpenShop) -> None:
    """However often a path without routes was asked for: a visitor keeps the arm, as one pull."""
    shop = open_shop()
    decides = door.ask(shop, lambda _: Reply(chunks=(current_visit()["color"].encode(),)))
    leaves = door.ask(shop)
    for _ in range(3):
        visitor = Visitor(decides)
        leaves(Request(path="/elsewhere"))
        assert visitor.get("/elsewhere").body == visitor.get("/elsewhere").body
    assert counted(shop).pulls == 3


def test_there_is_no_visit_after_the_request(door: Door, open_shop: OpenShop) -> None:
    """Outside of a request `current_visit` says so, also after one that failed."""

    def view(seen: Seen) -> Reply:
        raise RuntimeError("the app's own")

    door.ask(open_shop())(Request())
    with pytest.raises(NoVisitError, match="no request is being handled"):
        current_visit()
    with pytest.raises(RuntimeError, match="the app's own"):
        door.ask(open_shop(), view)(Request())
    with pytest.raises(LookupError):
        current_visit()


@pytest.mark.parametrize("name", ["asgi", "django-asgi", "starlette", "fastapi"])
def test_what_outlives_a_request_keeps_no_visit(name: str, open_shop: OpenShop) -> None:
    """Tasks and timers keep copies of a request's context: what a visit knows ends with it."""
    kept: list[tuple[Context, ref[Visit]]] = []

    def view(seen: Seen) -> Reply:
        kept.append((copy_context(), ref(current_visit())))
        assert kept[0][0].run(current_visit) is seen.visit
        return Reply()

    Door(ENTRIES[name]).ask(open_shop(), view)(Request())
    gc.collect()  # frameworks have cycles of their own
    ((context, visit),) = kept
    assert visit() is None
    with pytest.raises(NoVisitError, match="no request is being handled here"):
        context.run(current_visit)


def test_a_client_cannot_bring_a_visit_along(door: Door, open_shop: OpenShop) -> None:
    """Headers of any name do not stand in for the visit."""
    shop = open_shop()
    pairs = (("banditware.visit", "1"), ("banditware-visit", "1"))
    door.ask(shop)(Request(headers=pairs))
    assert counted(shop).pulls == 1


def test_an_arm_may_be_another_path(door: Door, open_shop: OpenShop) -> None:
    """The app sees the path of the decided arm, as text, and the visitor stays with it."""
    paths: list[str] = []

    def view(seen: Seen) -> Reply:
        paths.append(seen.path.encode("latin-1").decode() if seen.path.isascii() else seen.path)
        return Reply()

    shop = open_shop(experiments=REWRITTEN, routes=[{"match": "GET /price", "choose": "pricing"}])
    for _ in range(8):
        visitor = door.visitor(shop, view)
        visitor.get("/price")
        visitor.get("/price")
    assert paths[::2] == paths[1::2]
    assert len(set(paths)) == 2
    assert counted(shop, "pricing").pulls == 8


def test_a_path_without_a_route_is_not_rewritten(door: Door, open_shop: OpenShop) -> None:
    """Arms with paths concern the routes that choose them and nothing else."""
    paths: list[str] = []

    def view(seen: Seen) -> Reply:
        paths.append(seen.path)
        seen.shop.decide("pricing")
        return Reply()

    shop = open_shop(experiments=REWRITTEN, routes=[])
    door.ask(shop, view)(Request(path="/price"))
    assert paths == ["/price"]


def test_asking_twice_is_one_decision(door: Door, open_shop: OpenShop) -> None:
    """However often a view asks, it gets the same decision, counted once."""

    def view(seen: Seen) -> Reply:
        asked = {id(seen.shop.decide("color")) for _ in range(5)}
        return Reply(headers=(("x-decisions", str(len(asked))),))

    shop = open_shop(routes=CONFIG["routes"])
    assert door.ask(shop, view)(Request()).values("x-decisions") == ["1"]
    assert counted(shop).pulls == 1
