"""Visits of paths where no route is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from banditware import ASGIMiddleware, Visit, WSGIMiddleware
from banditware.asgi import Scope
from banditware.unread import UnreadVisit
from tests.wires import asgi, wsgi
from tests.wires.shop import BROWSER, OpenShop, counted, shops

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

#: What somebody notes of every visit, so that none of them may be of the plain kind.
WATCHED: list[dict[str, Any]] = [{"metrics": {}}, {"debug": True}]


#: Those of a browser, and one that we look for.
HEADERS = [(b"user-agent", BROWSER.encode()), (b"x-said", b"so")]


@pytest.fixture
def open_shop() -> Iterator[OpenShop]:
    with shops() as opened:
        yield opened


def by_wsgi(shop: Any, times: int) -> list[Visit]:
    """Return the visits of some WSGI requests for a path without routes."""
    seen: list[Visit] = []

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        seen.append(environ["banditware.visit"])
        start_response("200 OK", [])
        return []

    wrapped = WSGIMiddleware(app, shop)
    for _ in range(times):
        wsgi.serve(wrapped, wsgi.environ(PATH_INFO="/elsewhere", HTTP_X_SAID="so"))
    return seen


def by_asgi(shop: Any, times: int) -> list[Visit]:
    """Return the visits of some ASGI requests for a path without routes."""
    seen: list[Visit] = []

    async def app(scope: Scope, receive: Any, send: Any) -> None:
        seen.append(scope["banditware.visit"])
        await send(asgi.start())
        await send(asgi.body())

    wrapped = ASGIMiddleware(app, shop)
    for _ in range(times):
        asgi.serve(wrapped, asgi.scope(path="/elsewhere", headers=HEADERS))
    return seen


@pytest.mark.parametrize("ask", [by_wsgi, by_asgi])
def test_a_path_that_is_known_to_have_no_route_is_not_read(open_shop: OpenShop, ask: Any) -> None:
    """From the second request on nothing of it is read, until somebody asks; then it is kept."""
    first, *more = ask(open_shop(), 3)
    assert type(first) is Visit
    for visit in more:
        assert isinstance(visit, UnreadVisit)
        assert "_facts" not in vars(visit)
        assert visit._facts.header("x-said") == "so"
        assert visit._facts is visit._facts
        assert visit.subject == visit.subject


@pytest.mark.parametrize("ask", [by_wsgi, by_asgi])
@pytest.mark.parametrize("below_mount", [False, True])
def test_what_reads_it(open_shop: OpenShop, ask: Any, *, below_mount: bool) -> None:
    """It is read by the same facts as other requests."""
    first, second = ask(open_shop(below_mount=below_mount), 2)
    assert type(second._facts) is type(first._facts)
    assert second._facts.path == first._facts.path == "/elsewhere"


@pytest.mark.parametrize("ask", [by_wsgi, by_asgi])
@pytest.mark.parametrize("watched", WATCHED, ids=["metrics", "debug"])
def test_what_is_watched_is_always_read(
    open_shop: OpenShop, ask: Any, watched: dict[str, Any]
) -> None:
    """Where something is noted of every visit, all of them are of the kind that notes it."""
    kinds = {type(visit) for visit in ask(open_shop(**watched), 3)}
    assert len(kinds) == 1
    assert not issubclass(kinds.pop(), UnreadVisit)


@pytest.mark.parametrize("ask", [by_wsgi, by_asgi])
def test_what_is_switched_off_is_off_everywhere(open_shop: OpenShop, ask: Any) -> None:
    """On a path without routes, too, a view gets defaults while everything is switched off."""
    shop = open_shop()
    ask(shop, 2)
    shop.control("kill")
    visit = ask(shop, 2)[-1]
    assert not isinstance(visit, UnreadVisit)
    assert visit.decide("color").reason == "killed"
    assert counted(shop).pulls == 0
