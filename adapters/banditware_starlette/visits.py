"""Where a view of Starlette's finds the visit of its request."""

from __future__ import annotations

from starlette.requests import HTTPConnection

from banditware.current import VISIT_KEY, NoVisitError
from banditware.visit import Visit

#: The name in `request.state`.
STATE_NAME = "bandits"


def visit_of(connection: HTTPConnection) -> Visit:
    """Return the visit of a request, which is also its `request.state.bandits`.

    It is the same in views, in the app's exception handlers, and in middleware on either side,
    there once the request has come by.

    Raises:
        NoVisitError: the app has no `BanditsMiddleware`, or this is a WebSocket.
    """
    visit: Visit | None = connection.scope.get(VISIT_KEY)
    if visit is None:
        kind = connection.scope["type"]
        raise NoVisitError(
            f"this {kind} connection has no visit: only http requests have one, and the app needs "
            "Middleware(BanditsMiddleware, config=...)"
        )
    return visit
