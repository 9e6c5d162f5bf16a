"""FastAPI's side: dependencies that say what they give.

@app.get("/")
async def shop(color: Annotated[str, Arm("color_btn")]) -> HTMLResponse: ...

None of them shows in the OpenAPI document, and none runs in the thread pool.
"""

from __future__ import annotations

from typing import Any

from fastapi import Depends
from starlette.requests import HTTPConnection

from banditware.model import Decision
from banditware.visit import Visit
from banditware_starlette.visits import visit_of

__all__ = ["Arm", "DecisionOf", "Reward", "visit"]


async def visit(connection: HTTPConnection) -> Visit:
    """Give the visit of the request: `Annotated[Visit, Depends(visit)]`.

    Raises:
        NoVisitError: the app has no `BanditsMiddleware`, or this is a WebSocket.
    """
    return visit_of(connection)


def Arm(experiment: str) -> Any:  # noqa: N802  # FastAPI's own markers are functions named so
    """Give the value of the visitor's arm.

    Example: `color: Annotated[str, Arm("color_btn")]`.

    Raises:
        UnknownExperimentError: when a request comes, if no experiment has that name.
    """

    async def arm(connection: HTTPConnection) -> Any:
        return visit_of(connection)[experiment]

    return Depends(arm)


def DecisionOf(experiment: str) -> Any:  # noqa: N802  # as Arm
    """Give the whole decision, with its arm, propensity and token.

    Example: `decision: Annotated[Decision, DecisionOf("color_btn")]`.

    Raises:
        UnknownExperimentError: when a request comes, if no experiment has that name.
    """

    async def decision(connection: HTTPConnection) -> Decision:
        return visit_of(connection).decide(experiment)

    return Depends(decision)


def Reward(  # noqa: N802  # as Arm
    experiment: str, amount: float = 1.0, *, goal: str | None = None, once: bool = True
) -> Any:
    """Credit the visitor's arm if the response turns out well (status 200 to 399).

    For a route or a whole router: `@app.post("/btnclick", dependencies=[Reward("color_btn")])`.

    Args:
        experiment: name of the experiment.
        amount: the number to credit.
        goal: name under which it is counted; default: the experiment's own goal.
        once: credit a decision and goal a single time, however often the route answers.

    Raises:
        UnknownExperimentError: when a request comes, if no experiment has that name.
    """

    async def credit(connection: HTTPConnection) -> None:
        visit_of(connection).reward(experiment, amount, goal=goal, once=once)

    return Depends(credit)
