"""Frameworks without an adapter: `wrap` alone, and a view that asks `current_visit()`.

A framework that is not installed is skipped; `requirements/test.txt` has all of them.
"""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from banditware import Bandit, current_visit, wrap
from tests.wires.asgi import patiently
from tests.wires.shop import OpenShop, counted, shops
from tests.wires.visitors import Ask, Visitor, asgi_ask, wsgi_ask

needed = pytest.importorskip


def front(*_request: Any) -> str:
    """Return the page, which is the visitor's arm."""
    return current_visit().decide("color").arm


def checkout(*_request: Any) -> str:
    """Return the page for an order."""
    return "thanks"


async def front_async() -> str:
    """Return the page, which is the visitor's arm."""
    return front()


async def checkout_async() -> str:
    """Return the page for an order."""
    return checkout()


def quart() -> Any:
    """Return a shop in Quart."""
    app = needed("quart").Quart("shop")
    app.get("/")(front_async)
    app.post("/buy")(checkout_async)
    return app


def quart_in_threads() -> Any:
    """Return a shop in Quart, whose views are sync and run in threads."""
    app = needed("quart").Quart("shop")
    app.get("/")(front)
    app.post("/buy")(checkout)
    return app


def litestar() -> Any:
    """Return a shop in Litestar."""
    found = needed("litestar")
    routes = [found.get("/")(front_async), found.post("/buy")(checkout_async)]
    return found.Litestar(routes, openapi_config=None)


class Front:
    """The front page of Falcon, for WSGI."""

    def on_get(self, request: Any, response: Any) -> None:
        """Answer."""
        response.text = front()


class Checkout:
    """The other page."""

    def on_post(self, request: Any, response: Any) -> None:
        """Answer."""
        response.text = checkout()


class AsyncFront:
    """The front page of Falcon, for ASGI."""

    async def on_get(self, request: Any, response: Any) -> None:
        """Answer."""
        response.text = front()


class AsyncCheckout:
    """The other page."""

    async def on_post(self, request: Any, response: Any) -> None:
        """Answer."""
        response.text = checkout()


def falcon() -> Any:
    """Return a shop in Falcon, for WSGI."""
    app = needed("falcon").App()
    app.add_route("/", Front())
    app.add_route("/buy", Checkout())
    return app


def falcon_asgi() -> Any:
    """Return a shop in Falcon, for ASGI."""
    app = needed("falcon.asgi").App()
    app.add_route("/", AsyncFront())
    app.add_route("/buy", AsyncCheckout())
    return app


def bottle() -> Any:
    """Return a shop in Bottle."""
    app = needed("bottle").Bottle()
    app.get("/")(front)
    app.post("/buy")(checkout)
    return app


def pyramid() -> Any:
    """Return a shop in Pyramid."""
    with warnings.catch_warnings():  # WebOb and setuptools, of what is going to be removed
        warnings.simplefilter("ignore")
        configuration = needed("pyramid.config")
    config = configuration.Configurator()
    for name, path, method, view in (
        ("front", "/", "GET", front),
        ("buy", "/buy", "POST", checkout),
    ):
        config.add_route(name, path, request_method=method)
        config.add_view(view, route_name=name, renderer="string")
    return config.make_wsgi_app()


WSGI: dict[str, Callable[[], Any]] = {"falcon": falcon, "bottle": bottle, "pyramid": pyramid}

ASGI: dict[str, Callable[[], Any]] = {
    "falcon for asgi": falcon_asgi,
    "litestar": litestar,
    "quart": quart,
    "quart in threads": quart_in_threads,
}


@pytest.fixture
def open_shop() -> Iterator[OpenShop]:
    """Open bandits that are closed after the test."""
    with shops() as opened:
        yield opened


def asking(name: str, shop: Bandit) -> Ask:
    """Return what sends requests to a wrapped app; `wrap` has to tell what it is."""
    if name in WSGI:
        return wsgi_ask(wrap(WSGI[name](), shop))
    return asgi_ask(patiently(wrap(ASGI[name](), shop)))


@pytest.mark.parametrize("name", [*WSGI, *ASGI])
def test_counts_are_what_visitors_did(name: str, open_shop: OpenShop) -> None:
    """Twenty visitors look twice, ten of them buy twice: pulls, rewards and cookies are exact."""
    shop = open_shop()
    ask = asking(name, shop)
    saw: Counter[str] = Counter()
    bought: Counter[str] = Counter()
    for number in range(20):
        visitor = Visitor(ask)
        first = visitor.get()
        arm = first.body.decode()
        assert (first.status, len(first.values("set-cookie"))) == (200, 1)
        assert "Cookie" in ", ".join(first.values("vary"))
        again = visitor.get()
        assert (again.body.decode(), again.values("set-cookie")) == (arm, [])
        for _ in range(2 * (number % 2)):
            assert visitor.post().body == b"thanks"
        saw[arm] += 1
        bought[arm] += number % 2
    arms = shop.stats("color")["arms"]
    assert {arm: (found["pulls"], found["rewards"]) for arm, found in arms.items()} == {
        arm: (saw[arm], bought[arm]) for arm in ("red", "blue")
    }
    assert counted(shop) == (20, 10, 10.0, {"duplicate": 10})


@pytest.mark.parametrize("name", [*WSGI, *ASGI])
def test_the_frameworks_own_answers(name: str, open_shop: OpenShop) -> None:
    """What the framework refuses by itself is no pull and no reward."""
    chosen = [{"match": f"GET {path}", "choose": "color"} for path in ("/", "/nowhere", "/buy")]
    shop = open_shop(routes=[*chosen, {"match": "POST /", "reward": "color"}])
    ask = asking(name, shop)
    assert Visitor(ask).get("/nowhere").status == 404
    assert Visitor(ask).get("/buy").status in {404, 405}
    visitor = Visitor(ask)
    visitor.get()
    assert visitor.post("/").status in {404, 405}
    assert counted(shop)[:2] == (1, 0)
