"""The WSGI middleware beyond the cases of `conformance`: what it reads and what it leaves alone."""

from __future__ import annotations

import contextlib
import gc
import io
import sys
import threading
import weakref
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

import banditware.wsgi
from banditware import Visit, WSGIMiddleware, current_visit, wrap
from tests.wires.shop import OpenShop, counted, shops
from tests.wires.wsgi import Served, environ, serve

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


@pytest.fixture
def open_shop() -> Iterator[OpenShop]:
    with shops() as opened:
        yield opened


@pytest.mark.parametrize(("below_mount", "pulls"), [(False, 0), (True, 1)])
def test_routes_below_a_mount_point(open_shop: OpenShop, below_mount: bool, pulls: int) -> None:
    """With `below_mount` a route for `/` matches the root of the app, wherever it is mounted."""
    shop = open_shop(below_mount=below_mount)
    app = WSGIMiddleware(_hello, shop)
    serve(app, environ(SCRIPT_NAME="/shop"))
    assert counted(shop).pulls == pulls


def test_a_path_without_routes_may_be_the_end_of_one_with(open_shop: OpenShop) -> None:
    """That a path is known to have no route says nothing of the same one below a mount point."""
    shop = open_shop(routes=[{"match": "GET /shop/x", "choose": "color"}])
    app = WSGIMiddleware(_hello, shop)
    for mount in ("", "", "/shop", ""):
        serve(app, environ(SCRIPT_NAME=mount, PATH_INFO="/x"))
    assert counted(shop).pulls == 1


def test_a_path_without_routes_is_known_in_ascii_alone(open_shop: OpenShop) -> None:
    """What a server says of one path may be the text of another one."""
    shop = open_shop(routes=[{"match": "GET /caf\u00e9", "choose": "color"}])
    app = WSGIMiddleware(_hello, shop)
    for path in ("/caf\u00c3\u00a9", "/caf\u00e9", "/caf\u00c3\u00a9", "/caf\u00e9"):
        serve(app, environ(PATH_INFO=path.encode().decode("latin-1")))
    assert counted(shop).pulls == 2


def _hello(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"hello"]


def test_the_input_is_the_apps(open_shop: OpenShop) -> None:
    """The stream of the request's body reaches the app unread, the very object."""
    stream = io.BytesIO(b"a=1")
    seen: list[Any] = []

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        seen.append((environ["wsgi.input"], environ["wsgi.input"].tell()))
        return _hello(environ, start_response)

    serve(wrap(app, open_shop()), environ("POST", "/buy", **{"wsgi.input": stream}))
    assert seen == [(stream, 0)]


def test_threads_see_their_own_visit(open_shop: OpenShop) -> None:
    """In a threaded server every request finds its own visit, in the environ and the context."""
    together = threading.Barrier(8)
    found: list[tuple[Visit, Visit]] = []

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        together.wait(timeout=30)
        found.append((current_visit(), environ["banditware.visit"]))
        return _hello(environ, start_response)

    wrapped = wrap(app, open_shop())
    threads = [threading.Thread(target=serve, args=(wrapped, environ())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert all(current is own for current, own in found)
    assert len({id(own) for _, own in found}) == 8


def test_a_body_is_made_and_closed_within_its_visit(open_shop: OpenShop) -> None:
    """The app finds its visit when its body is iterated and asked for chunks; nobody else does."""
    found: list[Visit] = []

    class Body:
        def __init__(self, start_response: StartResponse) -> None:
            self.start_response = start_response

        def __iter__(self) -> Iterator[bytes]:
            found.append(current_visit())
            self.start_response("200 OK", [])
            return iter([b"a", b"b"])

    wrapped = wrap(lambda environ, start_response: Body(start_response), open_shop())
    request = environ()
    served = Served()
    body = wrapped(request, served.start_response)
    assert list(body) == [b"a", b"b"]
    body.close()
    assert [visit is request["banditware.visit"] for visit in found] == [True]
    with pytest.raises(LookupError):
        current_visit()


def test_a_client_that_leaves_has_seen_its_arm(open_shop: OpenShop) -> None:
    """A lazy body that is closed after its first chunk is a pull; before it started, none."""

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterator[bytes]:
        start_response("200 OK", [])
        yield b"a"
        yield b"b"

    shop = open_shop()
    wrapped = wrap(app, shop)
    wrapped(environ(), Served().start_response).close()
    assert counted(shop).pulls == 0
    serve(wrapped, environ(), chunks=1)
    assert counted(shop).pulls == 1


def test_a_body_that_nobody_closes_counts(open_shop: OpenShop) -> None:
    """A lazy body counts at its end, also for a caller that forgets to close it."""
    shop = open_shop()

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterator[bytes]:
        start_response("200 OK", [])
        yield b"a"

    assert list(wrap(app, shop)(environ(), Served().start_response)) == [b"a"]
    assert counted(shop).pulls == 1


def test_a_list_may_start_its_response_when_it_is_read(open_shop: OpenShop) -> None:
    """A list is a body like any other: what matters is when the response starts."""

    class Lazy(list[bytes]):
        start: StartResponse

        def __iter__(self) -> Iterator[bytes]:
            self.start("200 OK", [])
            return super().__iter__()

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        body = Lazy([b"a"])
        body.start = start_response
        return body

    shop = open_shop()
    assert serve(wrap(app, shop), environ()).body == b"a"
    assert counted(shop).pulls == 1


def test_a_failing_close_is_the_apps(open_shop: OpenShop) -> None:
    """What `close` of the app raises comes out; the response was complete and counts."""

    class Body:
        def __init__(self, start_response: StartResponse) -> None:
            self.start_response = start_response

        def __iter__(self) -> Iterator[bytes]:
            self.start_response("200 OK", [])
            yield b"a"

        def close(self) -> None:
            raise OSError("disk")

    shop = open_shop()
    wrapped = wrap(lambda environ, start_response: Body(start_response), shop)
    with pytest.raises(OSError, match="disk"):
        serve(wrapped, environ(), chunks=1)
    assert counted(shop).pulls == 1


def test_a_status_that_is_none_is_left_to_the_server(open_shop: OpenShop) -> None:
    """A status that is no status reaches the server as it is; it counts nothing."""
    shop = open_shop()
    headers = [("X-A", "1")]

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        start_response(None, headers)  # type: ignore[arg-type]  # the app's mistake
        return []

    served = serve(wrap(app, shop, interface="wsgi"), environ())
    ((status, sent),) = served.starts
    assert (status is None, sent) == (True, headers)
    assert (shop.health().faults, counted(shop).pulls) == (1, 0)


def test_an_error_of_the_app_is_not_kept_alive(open_shop: OpenShop) -> None:
    """What the server raises again from `exc_info` leaves no cycle that keeps its frames alive."""

    class Heavy:
        pass

    kept: list[weakref.ref[Heavy]] = []

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterator[bytes]:
        start_response("200 OK", [])
        yield b"a"
        heavy = Heavy()
        kept.append(weakref.ref(heavy))
        try:
            raise OSError("disk")  # noqa: TRY301  # an app as they are
        except OSError:
            start_response("500 Oh", [], sys.exc_info())

    def server(status: str, headers: object, exc_info: Any = None) -> Any:
        try:
            if exc_info:
                raise exc_info[1]
        finally:
            exc_info = None

    wrapped = wrap(app, open_shop())
    gc.collect()
    gc.disable()
    try:
        with contextlib.suppress(OSError):
            list(wrapped(environ(), server))
        assert kept[0]() is None
    finally:
        gc.enable()


def test_the_wrapped_app_is_open_to_its_owner(open_shop: OpenShop) -> None:
    """The middleware has the app and its bandit."""
    shop = open_shop()
    wrapped = WSGIMiddleware(_hello, shop)
    assert (wrapped.app, wrapped.bandit) == (_hello, shop)


def test_other_names_of_the_module_are_unknown() -> None:
    """The module makes `application` up, and nothing else."""
    with pytest.raises(AttributeError, match="no attribute 'app'"):
        banditware.wsgi.app  # noqa: B018  # the access is the test
