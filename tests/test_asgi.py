"""The ASGI middleware beyond the cases of `conformance`: what it reads and what it leaves alone."""

from __future__ import annotations

import contextlib
import contextvars
import threading
import weakref
from collections.abc import Generator, Iterator
from typing import Any

import pytest

import banditware.asgi
from banditware import ASGIMiddleware, Visit, current_visit, wrap
from banditware.asgi import Message, Receive, Scope, Send
from banditware.current import NoVisitError
from tests.wires.asgi import Served, body, scope, sending, serve, start
from tests.wires.shop import OpenShop, counted, shops
from tests.wires.unraisable import unraisable


@pytest.fixture
def open_shop() -> Iterator[OpenShop]:
    with shops() as opened:
        yield opened


@pytest.mark.parametrize(("below_mount", "pulls"), [(False, 0), (True, 1)])
def test_routes_below_a_mount_point(open_shop: OpenShop, below_mount: bool, pulls: int) -> None:
    """With `below_mount` a route for `/` matches the root of the app, wherever it is mounted."""
    shop = open_shop(below_mount=below_mount)
    wrapped = ASGIMiddleware(sending(start(), body()), shop)
    serve(wrapped, scope(path="/shop/", root_path="/shop"))
    assert counted(shop).pulls == pulls


def test_a_path_without_routes_may_be_the_end_of_one_with(open_shop: OpenShop) -> None:
    """That a path is known to have no route says nothing of the same one below a mount point."""
    shop = open_shop(routes=[{"match": "GET /shop/x", "choose": "color"}])
    app = ASGIMiddleware(sending(start(), body()), shop)
    for mount in ("", "", "/shop", ""):
        serve(app, scope(path=mount + "/x", root_path=mount))
    assert counted(shop).pulls == 1


def test_a_path_without_routes_is_known_in_ascii_alone(open_shop: OpenShop) -> None:
    """What a server says of one path may be the text of another one."""
    shop = open_shop(routes=[{"match": "GET /caf\u00e9", "choose": "color"}])
    app = ASGIMiddleware(sending(start(), body()), shop)
    for path in ("/caf\u00c3\u00a9", "/caf\u00e9", "/caf\u00c3\u00a9", "/caf\u00e9"):
        serve(app, scope(path=path))
    assert counted(shop).pulls == 2


def test_a_context_does_not_keep_what_a_visit_knows(open_shop: OpenShop) -> None:
    """Servers and apps keep copies of a request's context for long: the visit ends with it."""
    kept: list[contextvars.Context] = []
    seen: list[weakref.ref[Visit]] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        kept.append(contextvars.copy_context())
        seen.append(weakref.ref(current_visit()))
        assert kept[0].run(current_visit) is scope["banditware.visit"]
        await send(start())
        await send(body())

    wrapped = ASGIMiddleware(app, open_shop())
    asked = scope()
    serve(wrapped, asked)
    asked.clear()
    assert seen[0]() is None
    with pytest.raises(NoVisitError, match="no request is being handled here"):
        kept[0].run(current_visit)


REWRITTEN = {"price": {"arms": {"one": {"rewrite": "/new price/é?"}}}}


@pytest.mark.parametrize(
    ("path", "mount", "expected", "raw"),
    [
        ("/p", "", "/new price/é?", b"/new%20price/%C3%A9%3F"),
        ("/shop/p", "/shop", "/shop/new price/é?", b"/shop/new%20price/%C3%A9%3F"),
        ("/p", "/shop", "/new price/é?", b"/new%20price/%C3%A9%3F"),
    ],
)
def test_a_rewritten_path_stays_below_the_mount_point(
    open_shop: OpenShop, path: str, mount: str, expected: str, raw: bytes
) -> None:
    """The app gets the arm's path, decoded and raw; the server's own scope says what was asked."""
    seen: list[Scope] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope)
        await send(start())
        await send(body())

    shop = open_shop(experiments=REWRITTEN, routes=[{"match": f"GET {path}", "choose": "price"}])
    asked = scope(path=path, root_path=mount)
    serve(wrap(app, shop), asked)
    assert (seen[0]["path"], seen[0]["raw_path"], seen[0]["root_path"]) == (expected, raw, mount)
    assert (asked["path"], asked["raw_path"]) == (path, path.encode())
    assert counted(shop, "price").pulls == 1


def test_the_servers_receive_is_the_apps(open_shop: OpenShop) -> None:
    """The app gets the very `receive` of the server: the body is read by nobody else."""
    seen: list[Receive] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(receive)
        await send(start())
        await send(body())

    served = Served()
    receive = served.receive
    wrapped = wrap(app, open_shop())
    _run(wrapped(scope(), receive, served.send))
    assert seen == [receive]
    assert len(served.incoming) == 1


def _run(call: Any) -> None:
    """Run a coroutine to its end, without a loop, as nothing waits for anything."""
    with contextlib.suppress(StopIteration):
        while True:
            call.send(None)


def test_the_visit_is_in_scope_and_context(open_shop: OpenShop) -> None:
    """The visit in the scope is the one that `current_visit` returns, and the server sees it."""
    found: list[tuple[Visit, Visit]] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        found.append((scope["banditware.visit"], current_visit()))
        await send(start())
        await send(body())

    asked = scope()
    serve(wrap(app, open_shop()), asked)
    assert found[0][0] is found[0][1] is asked["banditware.visit"]


def test_an_app_may_be_closed_from_another_context(open_shop: OpenShop) -> None:
    """A coroutine that a dying loop closes in a context of its own ends without a complaint."""

    class Forever:
        def __await__(self) -> Generator[None, None, None]:
            while True:
                yield

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await Forever()

    served = Served()
    with unraisable() as complaints:
        call = wrap(app, open_shop())(scope(), served.receive, served.send)
        contextvars.copy_context().run(call.send, None)
        call.close()
    assert complaints == []


def test_text_headers_of_a_response_are_merged(open_shop: OpenShop) -> None:
    """An app that sends text for bytes, which servers tolerate, gets no doubled headers."""
    message: Message = start()
    message["headers"] = [("Vary", "Accept"), ("CACHE-CONTROL", "max-age=1"), (b"vary", "Origin")]
    served = serve(wrap(sending(message, body()), open_shop()), scope())
    assert served.start["headers"][:3] == [
        ("Vary", "Accept"),
        ("CACHE-CONTROL", "max-age=1, private"),
        (b"vary", "Origin, Cookie"),
    ]
    assert [key for key, _ in served.start["headers"][3:]] == [b"set-cookie"]


@pytest.mark.parametrize("broken", [{}, {"status": "200 OK"}, {"status": None}])
def test_a_start_without_a_status_is_left_to_the_server(
    open_shop: OpenShop, broken: dict[str, Any]
) -> None:
    """A start that is none reaches the server as it is; it counts nothing."""
    shop = open_shop()
    message = {"type": "http.response.start", "headers": [(b"x-a", b"1")], **broken}
    served = serve(wrap(sending(message, body()), shop), scope())
    assert served.sent[0] is message
    assert (shop.health().faults, counted(shop).pulls) == (1, 0)


def test_headers_that_are_none_are_no_headers(open_shop: OpenShop) -> None:
    """`headers: None` in a request or a response means that there are none."""
    shop = open_shop(bots="count")
    message = {"type": "http.response.start", "status": 200, "headers": None}
    served = serve(wrap(sending(message, body()), shop), scope(headers=None))
    assert [key for key, _ in served.start["headers"]] == [
        b"vary",
        b"cache-control",
        b"set-cookie",
    ]
    assert counted(shop).pulls == 1


def test_an_untouched_message_is_handed_on_by_identity(open_shop: OpenShop) -> None:
    """On a page without experiments the server gets the app's own messages."""
    messages = [start(200, (b"x-a", b"1")), body(b"a", more=True), body(b"b")]
    served = serve(wrap(sending(*messages), open_shop()), scope(path="/elsewhere"))
    assert all(got is sent for got, sent in zip(served.sent, messages, strict=True))


def test_a_message_without_a_type_is_left_to_the_server(open_shop: OpenShop) -> None:
    """Judging what the app sends is the server's part."""
    message: Message = {"text": "hello"}
    assert serve(wrap(sending(message), open_shop()), scope()).sent[0] is message


def test_a_view_that_only_starts_counts_when_it_returns(open_shop: OpenShop) -> None:
    """An app that ends before its body does, because the client is gone, is a pull."""
    shop = open_shop()
    serve(wrap(sending(start(), body(more=True)), shop), scope())
    assert counted(shop).pulls == 1


LIFESPAN: Scope = {"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}


@pytest.mark.parametrize("answer", ["complete", "failed"])
def test_records_are_flushed_before_the_shutdown_ends(open_shop: OpenShop, answer: str) -> None:
    """When the server hears that the shutdown is complete, everything recorded is in the store."""
    shop = open_shop()
    shop.decide("color")
    stored: list[float] = []

    def observe(message: Message) -> None:
        counts = shop._store.exchange((), {"color@1": 0}).counts
        fields = counts["color@1"].fields if counts else {}
        stored.append(sum(value for key, value in fields.items() if key.startswith("n/")))

    message = {"type": f"lifespan.shutdown.{answer}"}
    served = serve(wrap(sending(message), shop), dict(LIFESPAN), observe=observe)
    assert served.sent[0] is message
    assert stored == [1]


def test_a_flush_that_fails_does_not_disturb_the_shutdown(
    open_shop: OpenShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the store is away at the shutdown, or no thread is to be had, the shutdown goes on."""
    shop = open_shop()

    def breaking(*arguments: object) -> None:
        raise RuntimeError("can't start new thread")

    message = {"type": "lifespan.shutdown.complete"}
    wrapped = wrap(sending(message), shop)
    monkeypatch.setattr(shop, "flush", breaking)
    assert serve(wrapped, dict(LIFESPAN)).sent == [message]
    monkeypatch.setattr(threading.Thread, "start", breaking)
    assert serve(wrapped, dict(LIFESPAN)).sent == [message]
    assert shop.health().faults == 2


def test_startup_flushes_nothing(open_shop: OpenShop, monkeypatch: pytest.MonkeyPatch) -> None:
    """The messages of startup pass without any work."""
    shop = open_shop()
    monkeypatch.setattr(shop, "settle", lambda: pytest.fail("settled at startup"))
    message = {"type": "lifespan.startup.complete"}
    assert serve(wrap(sending(message), shop), dict(LIFESPAN)).sent[0] is message


def test_the_wrapped_app_is_open_to_its_owner(open_shop: OpenShop) -> None:
    """The middleware has the app and its bandit."""
    shop, app = open_shop(), sending(start(), body())
    wrapped = ASGIMiddleware(app, shop)
    assert (wrapped.app, wrapped.bandit) == (app, shop)


def test_other_names_of_the_module_are_unknown() -> None:
    """The module makes `application` up, and nothing else."""
    with pytest.raises(AttributeError, match="no attribute 'app'"):
        banditware.asgi.app  # noqa: B018  # the access is the test
