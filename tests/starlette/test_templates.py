"""Arms in templates."""

from __future__ import annotations

from typing import Any

import jinja2
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.templating import Jinja2Templates

from banditware.current import NoVisitError
from banditware_starlette import BanditsMiddleware, bandits
from tests.wires.asgi import scope, serve
from tests.wires.shop import CONFIG, OpenShop, counted
from tests.wires.visitors import Visitor, asgi_ask

PAGES = {
    "plain.html": "{{ greeting }}",
    "button.html": "{{ greeting }} {{ arm('color') }} {{ arm('color') }}",
    "beacon.html": "{{ arm('color') }}{{ beacon('n1') }}",
    "markup.html": "{{ arm('text') }}",
}


def app_with(page: str, middleware: list[Middleware]) -> Starlette:
    """Return an app that renders one of the pages."""
    env = jinja2.Environment(loader=jinja2.DictLoader(PAGES), autoescape=True)
    templates = Jinja2Templates(env=env, context_processors=[bandits])

    async def view(request: Request) -> Response:
        return templates.TemplateResponse(request, page, {"greeting": "hello"})

    return Starlette(routes=[Route("/", view)], middleware=middleware)


def page_of(open_shop: OpenShop, page: str, **changes: Any) -> tuple[str, Any]:
    """Return what a visitor sees, and what was counted."""
    shop = open_shop(routes=[], **changes)
    app = app_with(page, [Middleware(BanditsMiddleware, config=shop)])
    return Visitor(asgi_ask(app)).get().body.decode(), shop


def test_an_arm_in_a_template(open_shop: OpenShop) -> None:
    """`arm` is the value of the visitor's arm, decided where the template asks, counted once."""
    text, shop = page_of(open_shop, "button.html")
    assert text in {"hello #f00 #f00", "hello #00f #00f"}
    assert counted(shop).pulls == 1


def test_a_template_that_does_not_ask(open_shop: OpenShop) -> None:
    """A page without an arm counts nothing."""
    text, shop = page_of(open_shop, "plain.html")
    assert (text, counted(shop).pulls) == ("hello", 0)


def test_values_are_escaped(open_shop: OpenShop) -> None:
    """A value is text, not markup."""
    arms = {"one": "<b>", "two": "<b>"}
    experiments = {**CONFIG["experiments"], "text": {"arms": arms}}
    text, _ = page_of(open_shop, "markup.html", experiments=experiments)
    assert text == "&lt;b&gt;"


def test_without_the_middleware() -> None:
    """A page is rendered without a visit, unless it asks for an arm."""
    assert serve(app_with("plain.html", []), scope()).body == b"hello"
    with pytest.raises(NoVisitError, match="needs Middleware"):
        serve(app_with("button.html", []), scope())


def test_the_beacon_in_a_template(open_shop: OpenShop) -> None:
    """`beacon` is the script's tag as it is, with the nonce that is given."""
    text, _ = page_of(open_shop, "beacon.html", count="beacon")
    assert '<script src="/.banditware/beacon.js?' in text
    assert 'data-decisions="color~' in text
    assert ' nonce="n1" async></script>' in text
