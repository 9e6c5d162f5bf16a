from __future__ import annotations

import asyncio
import inspect
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from django.test import AsyncRequestFactory, RequestFactory, override_settings
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import cache_page

from banditware_django import choose, reward
from banditware_django.middleware import BanditsMiddleware
from tests.django.site import buy, page, project
from tests.wires.shop import BROWSER, OpenShop, counted

TWO: dict[str, Any] = {
    "experiments": {
        "color": {"arms": {"red": "#f00", "blue": "#00f"}},
        "text": {"arms": {"buy": "Buy", "get": "Get it"}},
    },
    "routes": [],
}

COLORS = {b"#f00", b"#00f"}


def test_a_view_gets_the_value(open_shop: OpenShop) -> None:
    """`choose` passes the arm's value behind the route's own parameters, and stacks."""

    @choose("color")
    @choose("text", parameter="label")
    def view(request: HttpRequest, item: int, *, color: str, label: str) -> HttpResponse:
        """Show the shop."""
        return HttpResponse(f"{item} {color} {label}")

    shop = open_shop(**TWO)
    found = page(project(shop, lambda request: view(request, 3))).body.decode().split(" ", 2)
    assert (found[0], found[1].encode() in COLORS, found[2] in {"Buy", "Get it"}) == (
        "3",
        True,
        True,
    )
    assert (counted(shop, "color").pulls, counted(shop, "text").pulls) == (1, 1)
    assert (view.__name__, view.__doc__) == ("view", "Show the shop.")
    assert list(inspect.signature(view).parameters) == ["request", "item", "color", "label"]


@pytest.mark.parametrize("name", ["color-btn", "class"])
def test_a_name_that_no_parameter_has_is_refused(name: str) -> None:
    """An experiment that a parameter cannot be named after needs a name for it."""
    with pytest.raises(ValueError, match="parameter='shown'"):
        choose(name)
    assert callable(choose(name, parameter="shown"))


def test_a_name_that_is_taken_is_refused(open_shop: OpenShop) -> None:
    """A route's own parameter is not overwritten."""

    @choose("color")
    def view(request: HttpRequest, *, color: str) -> HttpResponse:
        return HttpResponse(color)

    app = project(open_shop(), lambda request: view(request, color="own"))
    with pytest.raises(TypeError, match="gets 'color' from its route"):
        page(app)


def test_without_the_middleware_a_view_says_so() -> None:
    """A request that has no visit tells where the middleware belongs."""

    @choose("color")
    def view(request: HttpRequest, color: str) -> HttpResponse:
        return HttpResponse(color)

    with pytest.raises(ImproperlyConfigured, match="BanditsMiddleware' first in MIDDLEWARE"):
        view(RequestFactory().get("/"))


@pytest.mark.parametrize(("status", "rewards"), [(200, 1), (302, 1), (404, 0), (500, 0)])
def test_only_a_good_answer_earns(open_shop: OpenShop, status: int, rewards: int) -> None:
    """`reward` credits when the status is 200 to 399."""

    @reward("color", 2.0, goal="sale")
    def bought(request: HttpRequest) -> HttpResponse:
        return HttpResponse("bought", status=status)

    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse("front") if request.path == "/" else bought(request)

    shop = open_shop(routes=[{"match": "GET /", "choose": "color"}])
    buy(project(shop, view))
    goals = [arm["goals"].get("sale") for arm in shop.stats("color")["arms"].values()]
    assert [goal for goal in goals if goal] == [{"rewards": 1, "reward_sum": 2.0}] * rewards


def test_a_view_that_raises_earns_nothing(open_shop: OpenShop) -> None:
    """An exception of the view is no answer, whatever becomes of it."""

    @reward("color")
    def bought(request: HttpRequest) -> HttpResponse:
        raise LookupError

    def view(request: HttpRequest) -> HttpResponse:
        if request.path == "/":
            return HttpResponse("front")
        with pytest.raises(LookupError):
            bought(request)
        return HttpResponse("sorry")

    shop = open_shop(routes=[{"match": "GET /", "choose": "color"}])
    buy(project(shop, view))
    assert counted(shop)[:2] == (1, 0)


def asked(shop: Any, view: Any) -> HttpResponse:
    """Return the response of an async view behind the middleware."""
    with override_settings(BANDITWARE={"CONFIG": shop}):
        middleware = BanditsMiddleware(view)
    request = AsyncRequestFactory().get("/", headers={"User-Agent": BROWSER})

    async def answered() -> HttpResponse:
        return await middleware(request)

    return asyncio.run(answered())


def test_an_async_view_is_decorated_alike(open_shop: OpenShop) -> None:
    """Both decorators keep a coroutine function one, which Django then awaits."""

    @choose("color")
    @reward("color")
    async def view(request: HttpRequest, color: str) -> HttpResponse:
        return HttpResponse(color)

    shop = open_shop(routes=[])
    assert asked(shop, view).content in COLORS
    assert counted(shop)[:2] == (1, 1)


class Shop(View):  # type: ignore[misc]  # Django has no type information
    """A class-based view, one method of which is decorated."""

    @method_decorator(choose("color"))  # type: ignore[untyped-decorator]  # the same
    def get(self, request: HttpRequest, color: str) -> HttpResponse:
        """Show the shop."""
        return HttpResponse(color)


@method_decorator(choose("color"), name="dispatch")
class AsyncShop(View):  # type: ignore[misc]  # Django has no type information
    """A class-based view of coroutines, all methods of which are decorated."""

    async def get(self, request: HttpRequest, color: str) -> HttpResponse:
        """Show the shop."""
        return HttpResponse(color)


def test_class_based_views_are_decorated_by_method(open_shop: OpenShop) -> None:
    """`method_decorator` takes our decorators, for a method and for `dispatch`."""
    shop = open_shop(routes=[])
    assert page(project(shop, Shop.as_view())).body in COLORS
    assert asked(shop, AsyncShop.as_view()).content in COLORS
    assert counted(shop).pulls == 2


def test_a_cache_inside_of_the_project_keeps_no_arm(open_shop: OpenShop) -> None:
    """`cache_page` around a view with an arm does not show one visitor's arm to the others."""

    @choose("color")
    def view(request: HttpRequest, color: str) -> HttpResponse:
        return HttpResponse(color)

    shop = open_shop(routes=[])
    in_memory = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    with override_settings(CACHES=in_memory):
        app = project(shop, cache_page(60)(view))
        assert {page(app).body for _ in range(20)} == COLORS
    assert counted(shop).pulls == 20
