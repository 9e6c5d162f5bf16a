from __future__ import annotations

import re
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings

from banditware_django.panel import BanditsPanel
from banditware_django.testing import experiments
from tests.wires.django_project import MIDDLEWARE

REQUEST = re.compile(r'data-(?:request|store)-id="(\w+)"')


@pytest.fixture
def client() -> Iterator[Client]:
    """Return a visitor of a project with the toolbar, to whom `color` is `<b>`."""
    colors = {
        "store": "memory://",
        "experiments": {"color": {"arms": {"bold": "<b>"}}},
        "debug": {"force": True},
    }
    with (
        override_settings(
            BANDITWARE={"CONFIG": colors},
            DEBUG=True,
            DEBUG_TOOLBAR_CONFIG={"SHOW_TOOLBAR_CALLBACK": lambda request: True},
            DEBUG_TOOLBAR_PANELS=["banditware_django.panel.BanditsPanel"],
            MIDDLEWARE=[MIDDLEWARE, "debug_toolbar.middleware.DebugToolbarMiddleware"],
            ROOT_URLCONF="tests.django.toolbar_urls",
        ),
        experiments(),
    ):
        yield Client()


def panel(client: Client, path: str) -> tuple[str, str]:
    """Return a page with the toolbar, and what our panel shows when it is opened."""
    page = client.get(path).content.decode()
    found = REQUEST.search(page)
    assert found is not None, page
    name = "request_id" if "data-request-id" in page else "store_id"
    asked = {name: found[1], "panel_id": "BanditsPanel"}
    return page, client.get("/__debug__/render_panel/", asked).json()["content"]


def test_the_panel_shows_what_was_decided(client: Client) -> None:
    """The side bar names the arm, and the panel tells why it was chosen; values are text."""
    page, content = panel(client, "/")
    assert "color: bold" in page
    cells = re.findall(r"<td>(.*?)</td>", content)
    assert cells == ["color", "bold", "&lt;b&gt;", "drawn", "100.0%", "yes"]


def test_the_panel_shows_what_is_forced(client: Client) -> None:
    """An arm that is shown by force is marked, and how to end that is said."""
    assert "by force" not in panel(client, "/")[1]
    content = panel(client, "/?bw_force=color:bold")[1]
    assert "Shown by force, counted nowhere: color=bold (" in content
    assert re.findall(r"<td>(.*?)</td>", content)[3:] == ["forced", "100.0%", "no"]


def test_the_panel_shows_when_nothing_was_decided(client: Client) -> None:
    """A page without experiments says so."""
    assert "Nothing was decided" in panel(client, "/plain")[1]


def test_without_the_middleware_the_panel_is_empty() -> None:
    """A request that has no visit breaks nothing."""
    kept: dict[str, Any] = {}
    shown = BanditsPanel(SimpleNamespace(), lambda request: HttpResponse())
    shown.record_stats = kept.update
    shown.generate_stats(HttpRequest(), HttpResponse())
    assert kept == {"rows": [], "forced": ""}
