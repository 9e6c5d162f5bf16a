"""A project whose pages have the toolbar."""

from __future__ import annotations

from debug_toolbar.toolbar import debug_toolbar_urls
from django.http import HttpRequest, HttpResponse
from django.urls import path

from banditware_django import choose


@choose("color")
def chosen(request: HttpRequest, color: str) -> HttpResponse:
    """Show a color."""
    return HttpResponse(f"<html><body>{color}</body></html>")


def plain(request: HttpRequest) -> HttpResponse:
    """Show nothing of experiments."""
    return HttpResponse("<html><body>plain</body></html>")


urlpatterns = [path("", chosen), path("plain", plain), *debug_toolbar_urls()]
