"""The one middleware, for projects under WSGI and ASGI alike.

Translates and delegates: an `if` about arms does not belong here.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from weakref import ref

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from banditware import Bandit, Visit
from banditware.current import VISIT_KEY, leave, unanswered, visit_of_context
from banditware.http import WSGI_HEADERS
from banditware.merging import Merging
from banditware.validators import to_environ
from banditware_django.answering import answering
from banditware_django.bandits import get_bandit, holding
from banditware_django.completing import Completion, when_closed, when_complete
from banditware_django.facts import RequestFacts
from banditware_django.merging import merge


class BanditsMiddleware:
    """Gives every request its visit, as `request.bandits`, and carries out what comes of it.

    It comes first in `MIDDLEWARE`, so that it sees what goes out. One is kept as long as the
    handler lives.

    Attributes:
        get_response: the rest of the project.
        bandit: decides and counts.
    """

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        """Open the project's bandit; see `get_bandit` for what that raises."""
        self.get_response = get_response
        self.bandit = get_bandit()
        self._below_mount = self.bandit.settings.below_mount
        settings = self.bandit.settings
        self._merging = Merging(
            WSGI_HEADERS, self.bandit.hidden, settings.varies_on, by_arm=settings.by_arm
        )
        self._is_async: bool = iscoroutinefunction(get_response)
        if self._is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Any:
        """Answer a request; in an async project, return what does so when it is awaited."""
        outer = _wrapped_before(request)
        if outer is not None:  # the outer one counts
            request.bandits = outer
            return self.get_response(request)
        bandit = holding(self.bandit)
        visit = bandit.begin(RequestFacts(request, below_mount=self._below_mount))
        request.bandits = visit
        get_response = self.get_response
        if visit.diverted:
            if visit.rewrite is not None:
                _rewrite(request, visit.rewrite)
            if visit.answer is not None:
                get_response = answering(visit.answer, is_async=self._is_async)
            if visit.conditions is not None:
                to_environ(request.META, visit.conditions)
        if self._is_async:
            return self._awaited(get_response, request, visit, bandit)
        token = visit_of_context.set(visit)
        try:
            response = get_response(request)
        except Exception:
            unanswered(visit)
            raise
        finally:
            visit_of_context.reset(token)
        return self._finished(response, visit, bandit)

    async def _awaited(
        self, get_response: Callable[..., Any], request: HttpRequest, visit: Visit, bandit: Bandit
    ) -> HttpResponseBase:
        answer: Awaitable[HttpResponseBase] = get_response(request)
        token = visit_of_context.set(ref(visit))
        try:
            response = await answer
        except Exception:
            unanswered(visit)
            raise
        finally:
            leave(token)
        return self._finished(response, visit, bandit)

    def _finished(
        self, response: HttpResponseBase, visit: Visit, bandit: Bandit
    ) -> HttpResponseBase:
        """Merge the effects into the response, and record them once it is complete."""
        visit.started = True
        if visit.touched:
            effects = bandit.finish(visit, response.status_code, response.items())
            merge(response, visit, effects, self._merging)
            if effects.records or effects.events:
                when_complete(response, Completion(bandit, effects))
        # Under WSGI, of a response without length the end may still be to come when it is closed.
        if bandit.between is not None and (self._is_async or "Content-Length" in response):
            when_closed(response, bandit.between)
        return response


def _wrapped_before(request: HttpRequest) -> Visit | None:
    """Return the visit of a request that has one: of this middleware, or of what wraps Django."""
    outside: Any = getattr(request, "scope", request.META)
    visit: Visit | None = getattr(request, "bandits", None) or outside.get(VISIT_KEY)
    return visit


def _rewrite(request: HttpRequest, path: str) -> None:
    """Let the project see another path below the same mount point."""
    mount = request.path[: len(request.path) - len(request.path_info)]
    request.path_info = path
    request.path = mount + path
    request.META["PATH_INFO"] = path
