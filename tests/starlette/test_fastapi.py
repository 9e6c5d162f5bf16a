"""Dependencies of FastAPI."""

from __future__ import annotations

from typing import Annotated, Any

import pytest
from fastapi import APIRouter, Depends, FastAPI, HTTPException, WebSocket
from fastapi.responses import PlainTextResponse, RedirectResponse

from banditware import Bandit, Decision, Visit, current_visit
from banditware.asgi import Message
from banditware.current import NoVisitError
from banditware.errors import UnknownExperimentError
from banditware_starlette import BanditsMiddleware, choose, reward
from banditware_starlette.fastapi import Arm, DecisionOf, Reward, visit
from tests.wires.asgi import scope, serve
from tests.wires.shop import OpenShop, counted
from tests.wires.visitors import Visitor, asgi_ask

Plain = PlainTextResponse


def with_bandits(shop: Bandit) -> FastAPI:
    """Return an app without views."""
    app = FastAPI()
    app.add_middleware(BanditsMiddleware, config=shop)
    return app


@pytest.fixture
def shop(open_shop: OpenShop) -> Bandit:
    """Return a bandit without routes: what is decided and rewarded, a dependency does."""
    return open_shop(routes=[])


def test_a_dependency_gives_the_value(shop: Bandit) -> None:
    """Sync and async views get the value of the visitor's arm, always the same one."""
    app = with_bandits(shop)

    @app.get("/")
    async def front(color: Annotated[str, Arm("color")]) -> Any:
        assert current_visit()["color"] == color
        return Plain(color)

    @app.get("/again")
    def again(color: str = Arm("color")) -> Any:
        return Plain(color)

    for _ in range(5):
        visitor = Visitor(asgi_ask(app))
        assert visitor.get().body == visitor.get("/again").body
    assert counted(shop).pulls == 5


def test_a_dependency_gives_the_decision(shop: Bandit) -> None:
    """The whole decision has arm, propensity and token, and is the one that the value is of."""
    app = with_bandits(shop)

    @app.get("/")
    async def front(
        decision: Annotated[Decision, DecisionOf("color")],
        color: Annotated[str, Arm("color")],
        found: Annotated[Visit, Depends(visit)],
    ) -> Any:
        assert found.decide("color") is decision
        assert (decision.value, decision.propensity) == (color, 0.5)
        return {"arm": decision.arm, "token": decision.token}

    reply = Visitor(asgi_ask(app)).get()
    assert reply.status == 200
    assert counted(shop).pulls == 1


def test_a_visit_for_everything_else(shop: Bandit) -> None:
    """A view has the visit for what it decides and credits by itself."""
    app = with_bandits(shop)

    @app.get("/")
    async def front(visitor: Annotated[Visit, Depends(visit)]) -> Any:
        return Plain(visitor["color"])

    @app.post("/buy")
    def checkout(visitor: Annotated[Visit, Depends(visit)], price: float) -> Any:
        visitor.reward("color", price)
        return Plain("thanks")

    visitor = Visitor(asgi_ask(app))
    visitor.get()
    visitor.post(query="price=2.5")
    assert counted(shop)[:3] == (1, 1, 2.5)


def test_a_reward_for_a_route(shop: Bandit) -> None:
    """A route with a reward credits it if it answers well, and nothing for an error."""
    app = with_bandits(shop)
    rewards = [Reward("color"), Reward("color", 9.5, goal="revenue", once=False)]

    @app.get("/")
    async def front(color: Annotated[str, Arm("color")]) -> Any:
        return Plain(color)

    @app.post("/buy", dependencies=rewards)
    async def checkout(count: int) -> Any:
        if not count:
            raise HTTPException(409)
        return RedirectResponse("/", 303)

    visitor = Visitor(asgi_ask(app))
    visitor.get()
    answers = [visitor.post(query=query).status for query in ("count=0", "count=x", "count=1")]
    assert answers == [409, 422, 303]
    assert counted(shop)[:2] == (1, 1)
    visitor.post(query="count=2")
    arms = shop.stats("color")["arms"].values()
    revenue = [arm["goals"].get("revenue") for arm in arms if arm["pulls"]]
    assert revenue == [{"rewards": 2, "reward_sum": 19.0}]
    assert counted(shop).rewards == 1


def test_a_reward_for_a_router(shop: Bandit) -> None:
    """All routes of a router may earn."""
    app = with_bandits(shop)
    router = APIRouter(prefix="/cart", dependencies=[Reward("color", once=False)])

    @router.post("/{item}")
    async def add(item: int) -> Any:
        return Plain(str(item))

    @app.get("/")
    async def front(color: Annotated[str, Arm("color")]) -> Any:
        return Plain(color)

    app.include_router(router)
    visitor = Visitor(asgi_ask(app))
    visitor.get()
    assert [visitor.post(f"/cart/{item}").body for item in (1, 2)] == [b"1", b"2"]
    assert counted(shop)[:2] == (1, 2)


def test_decorators_on_views_of_fastapi(shop: Bandit) -> None:
    """`choose` and `reward` work there, too: the argument is no parameter of the query."""
    app = with_bandits(shop)

    @app.get("/{item}")
    @choose("color")
    async def front(item: int, color: str) -> Any:
        return Plain(f"{item} {color}")

    @app.post("/buy")
    @reward("color")
    def checkout(count: int = 1) -> Any:
        return Plain("thanks")

    visitor = Visitor(asgi_ask(app))
    assert visitor.get("/3", query="color=forged").body in {b"3 #f00", b"3 #00f"}
    assert visitor.post().body == b"thanks"
    assert counted(shop)[:2] == (1, 1)
    named = [each["name"] for each in app.openapi()["paths"]["/{item}"]["get"]["parameters"]]
    assert named == ["item"]


def test_the_document_is_as_it_was(shop: Bandit) -> None:
    """No dependency of ours shows in the OpenAPI document."""
    app = with_bandits(shop)

    @app.post("/", dependencies=[Reward("color")])
    async def front(
        color: Annotated[str, Arm("color")],
        decision: Annotated[Decision, DecisionOf("color")],
        found: Annotated[Visit, Depends(visit)],
    ) -> None: ...

    described = app.openapi()["paths"]["/"]["post"]
    assert described.keys() == {"summary", "operationId", "responses"}
    assert described["responses"].keys() == {"200"}


def test_no_dependency_runs_in_a_thread(shop: Bandit, monkeypatch: pytest.MonkeyPatch) -> None:
    """The pool of threads, which has forty, is left to the app."""

    async def in_a_thread(*arguments: Any, **more: Any) -> None:
        raise AssertionError(arguments)

    monkeypatch.setattr("fastapi.dependencies.utils.run_in_threadpool", in_a_thread)
    app = with_bandits(shop)

    @app.get("/", dependencies=[Reward("color")])
    async def front(
        color: Annotated[str, Arm("color")],
        decision: Annotated[Decision, DecisionOf("color")],
        found: Annotated[Visit, Depends(visit)],
    ) -> Any:
        return Plain(color)

    assert Visitor(asgi_ask(app)).get().status == 200


def test_an_experiment_that_does_not_exist(shop: Bandit) -> None:
    """A name that no experiment has is an error of the app, with the names there are."""
    app = with_bandits(shop)

    @app.get("/")
    async def front(colour: Annotated[str, Arm("colour")]) -> Any: ...

    with pytest.raises(UnknownExperimentError, match="colour"):
        serve(app, scope())


def test_a_websocket_has_no_arm(shop: Bandit) -> None:
    """A WebSocket that asks is told that it has no visit."""
    app = with_bandits(shop)

    @app.websocket("/")
    async def talk(socket: WebSocket, color: Annotated[str, Arm("color")]) -> None: ...

    incoming: list[Message] = [{"type": "websocket.connect"}]
    connection = {"type": "websocket", "path": "/", "headers": [], "query_string": b""}
    with pytest.raises(NoVisitError, match="this websocket connection has no visit"):
        serve(app, connection, incoming)
