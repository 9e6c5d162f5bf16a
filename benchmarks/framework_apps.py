"""The same three pages in every framework: bare, and with its adapter as its users write it.

An app has `/`, which shows the arms of two experiments, `/btnclick`, which rewards both, and
`/other`, which knows nothing of them. All of them answer with five bytes.
"""

from __future__ import annotations

from typing import Annotated, Any

import django
from django.conf import settings
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse
from django.test.utils import override_settings
from django.urls import path
from fastapi import FastAPI
from flask import Flask
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

import banditware_django
import banditware_starlette
from banditware import Bandit
from banditware_flask import Bandits
from banditware_starlette.fastapi import Arm, Reward

TEXT = "hello"

PAGES = ("/", "/btnclick", "/other")


def flask(bandit: Bandit | None) -> Any:
    """Return a Flask app, with the extension if there is a bandit."""
    app = Flask("shop")

    def page(**arms: str) -> str:
        return TEXT

    views = dict.fromkeys(PAGES, page)
    if bandit is not None:
        bandits = Bandits(app, bandit)
        views["/"] = bandits.choose("color_btn")(bandits.choose("txt_btn")(page))
        views["/btnclick"] = bandits.reward("color_btn")(bandits.reward("txt_btn")(page))
    for index, url in enumerate(PAGES):
        app.add_url_rule(url, str(index), views[url])
    return app


def starlette(bandit: Bandit | None) -> Any:
    """Return a Starlette app, with the middleware if there is a bandit."""

    async def page(request: Request, **arms: str) -> PlainTextResponse:
        return PlainTextResponse(TEXT)

    if bandit is None:
        return Starlette(routes=[Route(url, page) for url in PAGES])
    choose, reward = banditware_starlette.choose, banditware_starlette.reward
    views = {
        "/": choose("color_btn")(choose("txt_btn")(page)),
        "/btnclick": reward("color_btn")(reward("txt_btn")(page)),
        "/other": page,
    }
    ours = Middleware(banditware_starlette.BanditsMiddleware, config=bandit)
    return Starlette(routes=[Route(url, view) for url, view in views.items()], middleware=[ours])


def fastapi(bandit: Bandit | None) -> Any:
    """Return a FastAPI app, with the middleware and dependencies if there is a bandit."""
    app = FastAPI()

    async def page() -> PlainTextResponse:
        return PlainTextResponse(TEXT)

    if bandit is None:
        for url in PAGES:
            app.get(url)(page)
        return app
    app.add_middleware(banditware_starlette.BanditsMiddleware, config=bandit)

    @app.get("/")
    async def home(
        color: Annotated[str, Arm("color_btn")], text: Annotated[str, Arm("txt_btn")]
    ) -> PlainTextResponse:
        return PlainTextResponse(TEXT)

    app.get("/btnclick", dependencies=[Reward("color_btn"), Reward("txt_btn")])(page)
    app.get("/other")(page)
    return app


def django_wsgi(bandit: Bandit | None) -> Any:
    """Return a WSGI app of Django, with the middleware if there is a bandit."""
    return _django(WSGIHandler, bandit, _plain)


def django_asgi(bandit: Bandit | None) -> Any:
    """Return an ASGI app of Django with async views, with the middleware if there is a bandit."""
    return _django(ASGIHandler, bandit, _plain_async)


def _plain(request: HttpRequest, **arms: str) -> HttpResponse:
    return HttpResponse(TEXT)


async def _plain_async(request: HttpRequest, **arms: str) -> HttpResponse:
    return HttpResponse(TEXT)


def _django(handler: Any, bandit: Bandit | None, page: Any) -> Any:
    """Return a handler whose requests go to pages of its own."""
    if not settings.configured:
        settings.configure(
            ALLOWED_HOSTS=["*"],
            SECRET_KEY="k" * 50,
            LOGGING_CONFIG=None,
            ROOT_URLCONF=(),  # every app has its own
        )
        django.setup()
    choose, reward = banditware_django.choose, banditware_django.reward
    views = dict.fromkeys(PAGES, page)
    ours = []
    if bandit is not None:
        views["/"] = choose("color_btn")(choose("txt_btn")(page))
        views["/btnclick"] = reward("color_btn")(reward("txt_btn")(page))
        ours = ["banditware_django.middleware.BanditsMiddleware"]
    urls = tuple(path(url[1:], view) for url, view in views.items())

    class Handler(handler):  # type: ignore[misc]  # Django has no type information
        """Has a list of pages of its own, which costs the bare app the same."""

        def resolve_request(self, request: HttpRequest) -> Any:
            request.urlconf = urls
            return super().resolve_request(request)

    with override_settings(MIDDLEWARE=ours, BANDITWARE={"CONFIG": bandit}):
        return Handler()
