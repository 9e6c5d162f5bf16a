"""Where a request's visit is found: under one key in environ and scope, and in the context."""

from __future__ import annotations

from contextvars import ContextVar, Token
from weakref import ref

from banditware.errors import BanditwareError
from banditware.visit import Visit

#: The key in a WSGI environ and an ASGI scope. A request that already has one was wrapped before.
VISIT_KEY = "banditware.visit"

#: Under ASGI a weak one: a copy of the context, as every timer and task has it, may outlive the
#: request by far, and would keep what a visit knows of it.
visit_of_context: ContextVar[Visit | ref[Visit]] = ContextVar(VISIT_KEY)


def leave(token: Token[Visit | ref[Visit]]) -> None:
    """Undo `visit_of_context.set`, also for an app that is closed from elsewhere.

    A loop that ends, or the garbage collector, closes coroutines in a context of its own; there is
    nothing to undo there.
    """
    try:
        visit_of_context.reset(token)
    except ValueError:
        return


def unanswered(visit: Visit) -> None:
    """Tell a visit that the app failed, if it had not answered yet: the server says 500 instead."""
    if visit.touched and not visit.started:
        visit.failed()


class NoVisitError(BanditwareError, LookupError):
    """There is no request here that banditware wraps."""


def current_visit() -> Visit:
    """Return the visit of the request that is being handled.

    Raises:
        NoVisitError: nothing is being handled here, or not any more; or the app is not wrapped.
    """
    found = visit_of_context.get(None)
    visit = found() if isinstance(found, ref) else found
    if visit is None:
        raise NoVisitError(
            "no request is being handled here: call current_visit() while a wrapped app answers, "
            "or use Bandit.decide() elsewhere"
        )
    return visit
