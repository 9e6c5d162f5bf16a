"""The decorators, on every kind of view that Starlette knows, and on FastAPI's."""

from __future__ import annotations

import inspect
import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.endpoints import HTTPEndpoint
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from banditware import Bandit
from banditware.current import NoVisitError
from banditware_starlette import BanditsMiddleware, choose, reward
from tests.wires.shop import CONFIG, OpenShop, counted
from tests.wires.visitors import Visitor, asgi_ask

TWO: dict[str, Any] = {
    "experiments": {**CONFIG["experiments"], "text": {"arms": {"short": "Buy", "long": "Buy it"}}},
    "routes": [],
}


@choose("color")
def shown(request: Request, color: str) -> PlainTextResponse:
    """Show the color, in the thread pool."""
    assert threading.current_thread() is not threading.main_thread()
    return PlainTextResponse(color)


@choose("color")
async def shown_async(request: Request, *, color: str) -> PlainTextResponse:
    """Show the color."""
    return PlainTextResponse(color)


@reward("color")
def bought(request: Request) -> PlainTextResponse:
    """Take an order, in the thread pool."""
    return PlainTextResponse("thanks")


@reward("color")
async def bought_async(request: Request) -> PlainTextResponse:
    """Take an order."""
    return PlainTextResponse("thanks")


class Shop(HTTPEndpoint):
    """Both, as methods: one sync, one async."""

    @choose("color")
    def get(self, request: Request, color: str) -> PlainTextResponse:
        """Show the color."""
        return PlainTextResponse(color)

    @reward("color")
    async def post(self, request: Request) -> PlainTextResponse:
        """Take an order."""
        return PlainTextResponse("thanks")


class Shown:
    """A view that is an object."""

    async def __call__(self, request: Request, color: str) -> PlainTextResponse:
        """Show the color."""
        return PlainTextResponse(color)


def priced(price: int, request: Request, **arms: str) -> PlainTextResponse:
    """Show the color, whatever the price."""
    return PlainTextResponse(arms["color"])


VIEWS: dict[str, tuple[Any, Any]] = {
    "sync": (shown, bought),
    "async": (shown_async, bought_async),
    "methods": (Shop, Shop),
    "an object": (choose("color")(Shown()), bought),
    "a partial": (choose("color")(partial(priced, 3)), reward("color")(bought_async)),
}


def shop_with(shop: Bandit, front: Any, checkout: Any) -> Visitor:
    """Return somebody in front of an app with two views."""
    routes = [Route("/", front), Route("/buy", checkout, methods=["POST"])]
    middleware = [Middleware(BanditsMiddleware, config=shop)]
    return Visitor(asgi_ask(Starlette(routes=routes, middleware=middleware)))


@pytest.mark.parametrize("kind", VIEWS)
def test_choose_and_reward(open_shop: OpenShop, kind: str) -> None:
    """Every kind of view gets the arm's value and credits it, once for each visitor."""
    shop = open_shop(routes=[])
    for _ in range(5):
        visitor = shop_with(shop, *VIEWS[kind])
        first = visitor.get().body
        assert first in {b"#f00", b"#00f"}
        assert visitor.get().body == first
        assert visitor.post().body == b"thanks"
    assert counted(shop)[:2] == (5, 5)


def test_decorators_stack(open_shop: OpenShop) -> None:
    """Several experiments on one view are several arguments, and several rewards."""

    @choose("color")
    @choose("text")
    async def front(request: Request, text: str, color: str) -> PlainTextResponse:
        return PlainTextResponse(f"{text} {color}")

    @reward("color", 2.5, goal="revenue")
    @reward("color")
    @reward("text")
    @choose("text")
    def checkout(request: Request, text: str) -> PlainTextResponse:
        return PlainTextResponse(text)

    shop = open_shop(**TWO)
    visitor = shop_with(shop, front, checkout)
    text, _, color = visitor.get().body.decode().rpartition(" ")
    assert visitor.post().body.decode() == text
    assert (counted(shop)[:2], counted(shop, "text")[:2]) == ((1, 1), (1, 1))
    arms = shop.stats("color")["arms"].values()
    revenue = [arm["goals"]["revenue"] for arm in arms if "revenue" in arm["goals"]]
    assert [each for each in revenue if each["rewards"]] == [{"rewards": 1, "reward_sum": 2.5}]
    assert color in {"#f00", "#00f"}


def test_a_decorated_view_keeps_its_name() -> None:
    """Name, documentation and annotations stay; of the signature only what is filled is gone."""
    assert (shown.__name__, shown.__doc__) == ("shown", "Show the color, in the thread pool.")
    assert str(inspect.signature(shown)) == "(request: 'Request') -> 'PlainTextResponse'"
    assert str(inspect.signature(bought)) == "(request: 'Request') -> 'PlainTextResponse'"
    assert [inspect.iscoroutinefunction(each) for each in (shown, shown_async)] == [False, True]
    assert [inspect.iscoroutinefunction(each) for each in (bought, bought_async)] == [False, True]


def failing(request: Request) -> Response:
    """A view that breaks."""
    raise ValueError


def answering(status: int) -> Callable[[Request], Response]:
    """Return a view that answers with a status."""
    return lambda request: Response(status_code=status)


def redirecting(request: Request) -> Response:
    """A view that leads on."""
    return RedirectResponse("/", 303)


EARNED: dict[str, tuple[Callable[[Request], Response], int]] = {
    "200": (answering(200), 1),
    "303": (redirecting, 1),
    "404": (answering(404), 0),
    "500": (answering(500), 0),
    "an exception that a handler leads on": (failing, 0),
}


@pytest.mark.parametrize("what", EARNED)
def test_a_reward_is_earned_by_a_good_answer(open_shop: OpenShop, what: str) -> None:
    """The status decides, and a view that raises earns nothing whatever is made of it."""
    view, rewards = EARNED[what]
    shop = open_shop()
    routes = [
        Route("/", answering(200)),
        Route("/click", reward("color")(view), methods=["POST"]),
    ]
    app = Starlette(
        routes=routes,
        middleware=[Middleware(BanditsMiddleware, config=shop)],
        exception_handlers={ValueError: lambda request, error: redirecting(request)},
    )
    visitor = Visitor(asgi_ask(app))
    visitor.get()
    visitor.post("/click")
    assert counted(shop)[:2] == (1, rewards)


def test_every_time(open_shop: OpenShop) -> None:
    """`once=False` credits every answer."""
    shop = open_shop()
    checkout = reward("color", once=False)(answering(200))
    visitor = shop_with(shop, answering(200), checkout)
    visitor.get()
    for _ in range(3):
        visitor.post()
    assert counted(shop)[:2] == (1, 4)  # a route of the configuration credits once


def of_position(color: str, /) -> None:
    """A view that takes no argument of this name."""


@pytest.mark.parametrize("view", [answering(200), of_position, partial(of_position, "red")])
def test_a_view_that_takes_no_arm(view: Any) -> None:
    """A view without the argument is refused where it is decorated."""
    with pytest.raises(TypeError, match=r"takes no argument 'color', as which choose\('color'\)"):
        choose("color")(view)


def test_an_argument_of_the_route_is_not_replaced(open_shop: OpenShop) -> None:
    """What a route passes under the experiment's name is never overwritten: that is an error."""

    @choose("color")
    def view(color: str) -> str:
        return color

    @choose("color")
    async def view_async(color: str) -> str:
        return color

    async def route(request: Request) -> PlainTextResponse:
        assert view() == await view_async() in {"#f00", "#00f"}
        with pytest.raises(TypeError, match=r"multiple values for .* 'color'"):
            view(color="green")
        with pytest.raises(TypeError, match=r"multiple values for .* 'color'"):
            await view_async(color="green")
        return PlainTextResponse("told")

    visitor = shop_with(open_shop(), route, bought)
    assert visitor.get().body == b"told"


@pytest.mark.parametrize("decorator", [choose("color"), reward("color")])
def test_a_class_is_no_view(decorator: Any) -> None:
    """Of a class, its methods have to be decorated."""

    class Page(HTTPEndpoint):
        def __init__(self, color: str) -> None: ...

    with pytest.raises(TypeError, match=r"Page is a class: decorate its methods"):
        decorator(Page)


@pytest.mark.parametrize("view", [shown, bought])
def test_outside_of_a_request(view: Any) -> None:
    """Called elsewhere, a decorated view says that there is no visit."""
    with pytest.raises(NoVisitError, match="no request is being handled"):
        view(None)
