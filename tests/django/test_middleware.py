from __future__ import annotations

import asyncio
from typing import Any

import pytest
from django.core.handlers.asgi import ASGIHandler
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory, override_settings

from banditware import Visit, current_visit, wrap
from banditware.asgi import Message
from banditware_django.middleware import BanditsMiddleware
from tests.django.site import MIDDLEWARE, cookie_of, page, project
from tests.wires import asgi, wsgi
from tests.wires.shop import OpenShop, counted

PRICING: dict[str, Any] = {
    "experiments": {"pricing": {"arms": {"new": {"rewrite": "/néw b"}}}},
    "routes": [{"match": "GET /shop/price", "choose": "pricing"}],
}


def test_a_view_has_the_visit(open_shop: OpenShop) -> None:
    """`request.bandits` is the visit, which `current_visit` returns while the view answers."""
    found: list[tuple[Visit, Visit]] = []

    def view(request: HttpRequest) -> HttpResponse:
        found.append((request.bandits, current_visit()))
        return HttpResponse("hello")

    page(project(open_shop(), view))
    ((own, current),) = found
    assert own is current


def test_under_a_wrapper_the_outer_one_counts(open_shop: OpenShop) -> None:
    """In a project that is wrapped from outside, the middleware hands on the outer visit."""
    outer, inner = open_shop(), open_shop()
    seen: list[Visit] = []

    def view(request: HttpRequest) -> HttpResponse:
        seen.append(request.bandits)
        return HttpResponse("hello")

    served = page(wrap(project(inner, view), outer))
    assert [each["color"] for each in seen] in (["#f00"], ["#00f"])
    assert len(served.values("Set-Cookie")) == 1
    assert (counted(outer).pulls, counted(inner).pulls) == (1, 0)


def test_under_an_asgi_wrapper_the_outer_one_counts(open_shop: OpenShop) -> None:
    """The same under ASGI."""
    outer, inner = open_shop(), open_shop()

    async def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse(request.bandits["color"])

    app = wrap(project(inner, view, ASGIHandler), outer, interface="asgi")
    served = asgi.Served()

    async def staying() -> Message:
        if not served.incoming:
            await asyncio.Event().wait()
        return served.incoming.pop()

    asyncio.run(app(asgi.scope(), staying, served.send))
    assert served.body in (b"#f00", b"#00f")
    assert (counted(outer).pulls, counted(inner).pulls) == (1, 0)


def test_listed_twice_it_counts_once(open_shop: OpenShop) -> None:
    """In `MIDDLEWARE` twice, the first one counts."""
    shop = open_shop()
    with override_settings(MIDDLEWARE=[MIDDLEWARE, MIDDLEWARE]):
        served = page(project(shop))
    assert len(served.values("Set-Cookie")) == 1
    assert counted(shop).pulls == 1


def test_another_path_keeps_the_mount_point(open_shop: OpenShop) -> None:
    """An arm that is another path is one below the mount point, wherever Django says the path."""
    paths: list[tuple[str, str, str]] = []

    def view(request: HttpRequest) -> HttpResponse:
        paths.append((request.path, request.path_info, request.META["PATH_INFO"]))
        return HttpResponse("hello")

    app = project(open_shop(**PRICING), view)
    wsgi.serve(app, wsgi.environ("GET", "/price", SCRIPT_NAME="/shop"))
    assert paths == [("/shop/néw b", "/néw b", "/néw b")]


def test_routes_may_lie_below_the_mount_point(open_shop: OpenShop) -> None:
    """With `below_mount`, routes are matched with what Django's URLconf sees."""
    shop = open_shop(below_mount=True)
    wsgi.serve(project(shop), wsgi.environ("GET", "/", SCRIPT_NAME="/shop"))
    assert counted(shop).pulls == 1


def test_behind_a_proxy_django_says_what_is_secure(open_shop: OpenShop) -> None:
    """`SECURE_PROXY_SSL_HEADER` decides whether the cookie is for https."""
    app = project(open_shop())
    with override_settings(SECURE_PROXY_SSL_HEADER=("HTTP_X_FORWARDED_PROTO", "https")):
        served = page(app, HTTP_X_FORWARDED_PROTO="https")
    assert cookie_of(served).startswith("__Host-bw=")
    assert cookie_of(page(app, HTTP_X_FORWARDED_PROTO="https")).startswith("bw=")


@pytest.mark.parametrize(("host", "pulls"), [("shop.example", 1), ("evil.example", 0)])
def test_behind_a_proxy_django_says_which_host_was_asked(
    open_shop: OpenShop, host: str, pulls: int
) -> None:
    """`USE_X_FORWARDED_HOST` decides about routes with a host; one not allowed is none."""
    routes = [{"match": "GET /", "host": host, "choose": "color"}]
    shop = open_shop(routes=routes)
    with override_settings(USE_X_FORWARDED_HOST=True, ALLOWED_HOSTS=["shop.example"]):
        page(project(shop), HTTP_X_FORWARDED_HOST=f"{host}:8000", HTTP_HOST="inside")
    assert (counted(shop).pulls, shop.health().faults) == (pulls, 0)


def test_a_visit_may_outlive_its_request(open_shop: OpenShop) -> None:
    """A visit keeps no request alive, and can be asked when there is none."""
    shop = open_shop()
    with override_settings(BANDITWARE={"CONFIG": shop}):
        middleware = BanditsMiddleware(lambda request: HttpResponse("hello"))
    request = RequestFactory().get("/", headers={"User-Agent": "Firefox"})
    middleware(request)
    visit = request.bandits
    assert visit._facts.host == "testserver"
    del request
    assert (visit._facts.host, visit._facts.query) == ("", "")
    assert visit["color"] in {"#f00", "#00f"}


def test_rounds_between_requests_wait_for_the_response(
    open_shop: OpenShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where no thread runs, the round comes when a response of known length was closed."""
    shop = open_shop()
    rounds: list[str] = []
    shop.between = lambda: rounds.append("round")
    monkeypatch.setattr(shop, "_running", True)

    def view(request: HttpRequest) -> HttpResponse:
        rounds.append("view")
        known = {"Content-Length": "5"} if request.path == "/" else {}
        return HttpResponse("hello", headers=known)

    app = project(shop, view)
    assert (page(app).body, rounds) == (b"hello", ["view", "round"])
    wsgi.serve(app, wsgi.environ("GET", "/of-no-length"))
    assert rounds == ["view", "round", "view"]
