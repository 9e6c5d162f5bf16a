"""The middleware class, alone and in the stacks of Starlette apps."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.datastructures import Secret
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route

from banditware import Bandit, Visit, current_visit, wrap
from banditware.errors import ConfigError
from banditware_starlette import BanditsMiddleware, visit_of
from tests.conformance.asgi_cases import CASES
from tests.conformance.asgi_more_cases import MORE
from tests.wires.asgi import Served, scope, sending, serve
from tests.wires.shop import CONFIG, SECRET, YAML, OpenShop, counted
from tests.wires.visitors import Request as Sent
from tests.wires.visitors import Visitor, asgi_ask
from tests.wires.wrapping import Case


def seen(request: Request) -> PlainTextResponse:
    """A view that answers with the visitor's arm."""
    return PlainTextResponse(request.state.bandits.decide("color").arm)


def thanks(request: Request) -> PlainTextResponse:
    """A view that answers well."""
    return PlainTextResponse("thanks")


ROUTES = [Route("/", seen), Route("/buy", thanks, methods=["POST"])]


def with_bandits(config: Any, **more: Any) -> Starlette:
    """Return a shop that has the middleware in its stack."""
    return Starlette(
        routes=ROUTES, middleware=[Middleware(BanditsMiddleware, config=config, **more)]
    )


def buy(app: Any) -> None:
    """Look twice and buy, as one visitor."""
    visitor = Visitor(asgi_ask(app))
    arms = {visitor.get().body, visitor.get().body}
    assert visitor.post().body == b"thanks"
    assert len(arms) == 1


@pytest.mark.parametrize("case", [*CASES, *MORE], ids=lambda case: case.__name__)
def test_the_cases_of_asgi(open_shop: OpenShop, case: Case) -> None:
    """What holds for the plain ASGI middleware holds for this one."""
    case(lambda app: BanditsMiddleware(app, open_shop()))


def test_a_bandit(open_shop: OpenShop) -> None:
    """A bandit that is made already decides and counts."""
    shop = open_shop()
    buy(with_bandits(shop))
    assert counted(shop)[:2] == (1, 1)


def test_a_bandit_by_keyword_and_by_add_middleware(open_shop: OpenShop) -> None:
    """`add_middleware` does the same, with `config` by its name."""
    shop = open_shop()
    app = Starlette(routes=ROUTES)
    app.add_middleware(BanditsMiddleware, config=shop)
    buy(app)
    assert counted(shop)[:2] == (1, 1)


def middleware_of(app: Starlette) -> BanditsMiddleware:
    """Return the middleware that Starlette made, outermost but for that of server errors."""
    found: Any = app.build_middleware_stack()
    middleware = found.app
    assert isinstance(middleware, BanditsMiddleware)
    return middleware


@pytest.mark.parametrize("as_text", [True, False])
def test_a_path(tmp_path: Path, as_text: bool) -> None:
    """A configuration is found by its path."""
    path = tmp_path / "banditware.yaml"
    path.write_text(YAML)
    with middleware_of(with_bandits(str(path) if as_text else path)).bandit as bandit:
        assert bandit.settings.secret_keys == ("a secret of the tests",)


def test_a_mapping_with_keys_of_the_app() -> None:
    """A mapping is a configuration, too, and may leave the keys to the app, oldest first."""
    config = {key: value for key, value in CONFIG.items() if key != "secret_keys"}
    keys = ["an older key of the app", Secret("the newest key of the app")]
    with middleware_of(with_bandits(config, secret_keys=keys)).bandit as bandit:
        assert bandit.settings.secret_keys == tuple(map(str, keys))


def test_a_log() -> None:
    """A function given as the log is told of events."""
    events: list[Any] = []
    middleware = middleware_of(with_bandits(CONFIG, log=events.append))
    with middleware.bandit as bandit:
        bandit.decide("color")
    assert len(events) == 1


@pytest.mark.parametrize("more", [{"secret_keys": [SECRET]}, {"log": print}])
def test_a_bandit_has_what_it_has(open_shop: OpenShop, more: dict[str, Any]) -> None:
    """Keys and a log for a bandit that is made already are refused, not ignored."""
    with pytest.raises(TypeError, match="this is a Bandit"):
        BanditsMiddleware(sending(), open_shop(), **more)


def test_mistakes_of_the_configuration() -> None:
    """All mistakes are told when the app builds its stack, with its first connection."""
    app = with_bandits({**CONFIG, "experimenst": {}})
    with pytest.raises(ConfigError, match="experimenst"):
        serve(app, scope())


def test_the_visit_in_the_state(open_shop: OpenShop) -> None:
    """`request.state.bandits` is the visit that is current, beside what the app's lifespan left."""
    found: list[Any] = []

    def view(request: Request) -> Response:
        visit = request.state.bandits
        assert visit is visit_of(request) is current_visit()
        found.extend([visit, request.state.color_of_walls])
        return Response()

    app = Starlette(
        routes=[Route("/", view)], middleware=[Middleware(BanditsMiddleware, config=open_shop())]
    )
    state = {"color_of_walls": "white"}
    serve(app, scope(state=state))
    visit, color = found
    assert isinstance(visit, Visit)
    assert (color, state) == ("white", {"color_of_walls": "white", "bandits": visit})


def test_every_request_has_its_own_visit(open_shop: OpenShop) -> None:
    """Requests without a state, as of old servers, get one of their own each."""
    visits: list[Visit] = []

    async def view(request: Request) -> Response:
        visits.append(request.state.bandits)
        return Response()

    app = Starlette(
        routes=[Route("/", view)], middleware=[Middleware(BanditsMiddleware, config=open_shop())]
    )
    serve(app, scope())
    serve(app, scope())
    assert len({id(visit) for visit in visits}) == 2


def test_wrapped_from_outside_too(open_shop: OpenShop) -> None:
    """In an app that a server wraps already, views find that visit in the state."""
    outer, inner = open_shop(), open_shop()
    buy(wrap(with_bandits(inner), outer))
    assert (counted(outer)[:2], counted(inner)[:2]) == ((1, 1), (0, 0))


def test_below_a_mount(open_shop: OpenShop) -> None:
    """Below a path, routes are written from the top, or from there with `below_mount`."""
    from_top = [{"match": "GET /shop/", "choose": "color"}]
    shops = [open_shop(routes=from_top), open_shop(below_mount=True)]
    for shop in shops:
        outer = Starlette(routes=[Mount("/shop", app=with_bandits(shop))])
        asgi_ask(outer)(Sent(path="/shop/"))
        assert counted(shop).pulls == 1
        stacked = Mount(
            "/shop", routes=ROUTES, middleware=[Middleware(BanditsMiddleware, config=shop)]
        )
        asgi_ask(Starlette(routes=[stacked]))(Sent(path="/shop/"))
        assert counted(shop).pulls == 2


def test_a_mounted_app_sees_the_visit(open_shop: OpenShop) -> None:
    """An app mounted within sees the visit of the app around it."""
    shop = open_shop(routes=[])
    mounted = Mount("/shop", app=Starlette(routes=ROUTES))
    app = Starlette(routes=[mounted], middleware=[Middleware(BanditsMiddleware, config=shop)])
    assert asgi_ask(app)(Sent(path="/shop/")).body in {b"red", b"blue"}
    assert counted(shop).pulls == 1


STARTUP, SHUTDOWN = {"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}


def live(app: Any) -> Served:
    """Send startup and shutdown."""
    return serve(app, {"type": "lifespan", "state": {}}, [STARTUP, SHUTDOWN])


def test_shutdown_flushes(calm: None, open_shop: OpenShop) -> None:
    """The counts are in the store when the app has shut down, and the bandit stays usable."""
    shop = open_shop()
    app = with_bandits(shop)
    buy(app)
    assert stored(shop) == 0
    assert live(app).kinds == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    assert stored(shop) == 1
    buy(app)
    live(app)
    assert stored(shop) == 2


def stored(shop: Bandit) -> int:
    """Return the pulls in the store, as the last flush has left them."""
    shop.refresh()
    return shop._ground.snapshot.experiments["color"].pulls


def test_a_lifespan_may_close_the_bandit(open_shop: OpenShop) -> None:
    """A lifespan of the app's own can close a bandit that the app has made."""
    shop = open_shop()

    @asynccontextmanager
    async def lifespan(app: Starlette) -> Any:
        with shop:
            yield {"shop": shop}

    middleware = [Middleware(BanditsMiddleware, config=shop)]
    served = live(Starlette(routes=ROUTES, middleware=middleware, lifespan=lifespan))
    assert served.kinds == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    assert shop._flusher._closed


def test_no_coroutine_of_its_own(open_shop: OpenShop) -> None:
    """The app within is awaited as it is: the adapter puts nothing between."""
    awaited: list[Any] = []

    class Awaitable:
        def __await__(self) -> Any:
            awaited.append(self)
            return iter(())

    middleware = BanditsMiddleware(lambda *_: Awaitable(), open_shop())
    asyncio.run(middleware(scope(), None, None))  # type: ignore[arg-type]  # nothing is sent
    assert isinstance(middleware.app({"type": "websocket"}, None, None), Awaitable)  # type: ignore[arg-type]  # nothing is sent
    assert len(awaited) == 1
