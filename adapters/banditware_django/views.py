"""Decorators of views: they ask the request's visit.

For function views of either kind, and through `django.utils.decorators.method_decorator` for
methods of class-based ones.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from inspect import isawaitable
from typing import Any, TypeAlias, TypeVar

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import HttpRequest
from django.utils.cache import patch_cache_control

from banditware.parameters import Parameter
from banditware_django.visits import visit_of

View = TypeVar("View", bound=Callable[..., Any])
Decorator: TypeAlias = Callable[[View], View]

#: Called with the request and the view's keyword arguments, which it may add to.
_Before: TypeAlias = Callable[[HttpRequest, dict[str, Any]], None]

#: Called with the request and the view's response.
_After: TypeAlias = Callable[[HttpRequest, Any], None]


def choose(experiment: str, *, parameter: str | None = None) -> Decorator[Any]:
    """Pass the value of the subject's arm to the view, after the route's own parameters.

    The response is marked as private, before any cache of Django's sees it.

    Args:
        experiment: name of the experiment.
        parameter: what the view calls the value; default: the name of the experiment.

    Raises:
        ValueError: a view cannot have a parameter of that name.
    """
    shown = Parameter.of(experiment, parameter)

    def before(request: HttpRequest, given: dict[str, Any]) -> None:
        shown.refuse_twice(given)
        given[shown.name] = visit_of(request)[experiment]

    return _decorator(before, _keep_private)


def reward(
    experiment: str, amount: float = 1.0, *, goal: str | None = None, once: bool = True
) -> Decorator[Any]:
    """Credit the subject's arm if the view answers well (status 200 to 399).

    Args:
        experiment: name of the experiment.
        amount: the number to credit.
        goal: name under which it is counted; default: the experiment's own goal.
        once: credit a decision and goal a single time, however often the view answers.
    """

    def after(request: HttpRequest, response: Any) -> None:  # noqa: ARG001  # the visit sees it
        visit_of(request).reward(experiment, amount, goal=goal, once=once)

    return _decorator(_nothing, after)


def _nothing(request: HttpRequest, given: dict[str, Any]) -> None:
    """Do nothing before the view."""


def _keep_private(request: HttpRequest, response: Any) -> None:  # noqa: ARG001  # as `_After`
    """Keep a response out of the caches inside of the project; the middleware comes after them."""
    patch_cache_control(response, private=True)


def _decorator(before: _Before, after: _After) -> Decorator[Any]:
    """Return a decorator that calls one function before the view and one with its response."""

    async def later(request: HttpRequest, response: Any) -> Any:
        response = await response
        after(request, response)
        return response

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def decorated(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            before(request, kwargs)
            response = view(request, *args, **kwargs)
            # Also `dispatch` of class-based views, which is no coroutine function, may return one.
            if isawaitable(response):
                return later(request, response)
            after(request, response)
            return response

        return markcoroutinefunction(decorated) if iscoroutinefunction(view) else decorated

    return decorate
