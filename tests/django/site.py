"""A project of Django with one view, and requests to it: under WSGI, and under ASGI."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse
from django.test import override_settings

from banditware import Bandit
from tests.wires import wsgi
from tests.wires.django_entry import with_view
from tests.wires.django_project import MIDDLEWARE


def hello(request: HttpRequest) -> Any:
    """A view that knows nothing of experiments."""
    return HttpResponse("hello")


def project(bandit: Bandit, view: Any = hello, handler: Any = WSGIHandler) -> Any:
    """Return a handler whose only view is this one, behind our middleware."""
    middleware = [*settings.MIDDLEWARE, f"{with_view.__module__}.{with_view.__name__}"]
    with override_settings(MIDDLEWARE=middleware, BANDITWARE={"CONFIG": bandit}, VIEW=view):
        return handler()


def page(app: Any, **more: Any) -> wsgi.Served:
    """Visit the front page."""
    return wsgi.serve(app, wsgi.environ(**more))


def cookie_of(served: wsgi.Served) -> str:
    """Return the `Cookie` header of who got this response."""
    return served.values("Set-Cookie")[-1].strip().partition(";")[0]


def buy(app: Any, **more: Any) -> wsgi.Served:
    """Visit the front page, then earn."""
    cookie = cookie_of(page(app))
    return wsgi.serve(app, wsgi.environ("POST", "/buy", HTTP_COOKIE=cookie), **more)


__all__ = ["MIDDLEWARE", "buy", "cookie_of", "hello", "page", "project"]
