"""The dashboard in front of every kind of app."""

from __future__ import annotations

import json
import threading
from urllib.parse import urlencode

import pytest

from banditware.dashboard import mounting
from banditware.dashboard.entering import answered
from banditware.dashboard.requests import MOST, Request
from tests.dashboard.desk import HOME, LOOK, WRITE, fields
from tests.wires.entries import ENTRIES
from tests.wires.shop import OpenShop, Totals, counted
from tests.wires.visitors import Door, Reply, Seen, Visitor
from tests.wires.visitors import Request as Sent

PATH = HOME.rstrip("/")

SECTION = {"token": LOOK, "write_token": WRITE}

#: The ways in whose requests have a thread of their own already.
BLOCKING = [ENTRIES[name] for name in ("wsgi", "flask", "django-wsgi")]

FORM = ("content-type", "application/x-www-form-urlencoded")


def untouched(seen: Seen) -> Reply:
    raise AssertionError("the app was called")


def send(visitor: Visitor, place: str, wanted: dict[str, str]) -> Reply:
    """Send a form."""
    body = urlencode(wanted).encode()
    headers = (FORM, ("content-length", str(len(body))))
    return visitor.post(f"{HOME}{place}", headers=headers, body=body)


@pytest.fixture
def operator(door: Door, open_shop: OpenShop) -> Visitor:
    """Somebody who has signed in to change experiments."""
    visitor = door.visitor(open_shop(dashboard=SECTION), untouched)
    reply = send(visitor, "sign-in", {"token": WRITE, "who": "Ada"})
    assert (reply.status, reply.values("location")) == (303, ["./"])
    return visitor


def test_the_dashboard_answers_instead_of_the_app(operator: Visitor, door: Door) -> None:
    """Every page below the path is ours; the app is not called."""
    assert operator.get(PATH).values("location") == ["_banditware/"]
    reply = operator.get(HOME)
    assert (reply.status, reply.values("content-type")) == (200, ["text/html; charset=utf-8"])
    assert b"experiments/color" in reply.body
    assert reply.values("cache-control") == ["no-store"]
    assert reply.values("vary") == []
    assert len(reply.values("content-security-policy")) == 1
    assert b"Share of traffic" in operator.get(f"{HOME}experiments/color").body
    assert operator.get(f"{HOME}none").status == 404


def test_a_change_is_made(operator: Visitor, door: Door) -> None:
    """The form of a page changes what runs."""
    page = operator.get(f"{HOME}change", query="action=pause&experiment=color").body.decode()
    reply = send(operator, "change", {**fields(page), "note": "at night"})
    assert reply.values("location") == ["experiments/color?changed=1"]
    bearer = (("authorization", f"Bearer {LOOK}"),)
    found = json.loads(operator.get(f"{HOME}api/changes", headers=bearer).body)
    assert [(each["who"], each["note"]) for each in found["changes"]] == [("Ada", "at night")]


def test_looking_counts_nothing(door: Door, open_shop: OpenShop) -> None:
    """Routes for a whole site do not choose or reward on the dashboard; no arm is kept."""
    routes = [
        {"match": "GET /<path:any>", "choose": "color"},
        {"match": f"GET {HOME}changes", "choose": "color"},
        {"match": "POST /<path:any>", "reward": "color"},
    ]
    shop = open_shop(dashboard=SECTION, routes=routes)
    visitor = door.visitor(shop, untouched)
    send(visitor, "sign-in", {"token": LOOK})
    for place in ("", "changes", "experiments/color"):
        assert visitor.get(f"{HOME}{place}").status == 200
    assert list(visitor.jar) == ["bw_dashboard"]
    assert counted(shop) == Totals(0, 0, 0, {})


def test_without_a_dashboard_its_path_is_the_apps(door: Door, open_shop: OpenShop) -> None:
    """Where the configuration has none, no path is taken from the app; nor are its neighbours."""
    assert door.visitor(open_shop()).get(HOME).body == b"hello"
    shop = open_shop(dashboard=SECTION)
    for path in ("/_banditwarez", "/_bandit", f"//{PATH}", "/x/_banditware/"):
        assert door.visitor(shop).get(path).body == b"hello"


def test_without_a_token_there_is_nothing(door: Door, open_shop: OpenShop) -> None:
    """A dashboard without a token is a 404, and the app is not asked either."""
    visitor = door.visitor(open_shop(dashboard={}), untouched)
    assert visitor.get(HOME).status == 404
    assert send(visitor, "sign-in", {"token": ""}).status == 404


def test_too_long_a_form(operator: Visitor, door: Door) -> None:
    """A form that is too long is refused without being kept."""
    assert send(operator, "change", {"note": "x" * MOST}).status == 413


def test_head_gets_the_headers(operator: Visitor, door: Door) -> None:
    """HEAD gets what GET gets, without the body."""
    reply = operator.send(Sent("HEAD", HOME))
    assert (reply.status, reply.body) == (200, b"")
    assert int(reply.values("content-length")[0]) > 1000


def test_pages_are_made_beside_the_event_loop(
    operator: Visitor, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Under ASGI a page is made in a thread of its own, so that reading the store delays nobody."""
    here, made = threading.current_thread(), []

    def noting(desk: object, ground: object, request: Request) -> object:
        made.append(threading.current_thread() is here)
        return answered(desk, ground, request)  # type: ignore[arg-type]  # as they came

    monkeypatch.setattr(mounting, "answered", noting)
    operator.get(HOME)
    assert made == [door.entry in BLOCKING]


def test_a_broken_store_breaks_no_page_of_the_app(
    operator: Visitor, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever goes wrong while a page is made, it is a page that says so."""
    monkeypatch.setattr(mounting, "answered", lambda *given: 1 / 0)
    assert operator.get(HOME).status == 500
