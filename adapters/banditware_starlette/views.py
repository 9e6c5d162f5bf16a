"""Decorators for views: functions and methods of an `HTTPEndpoint`, sync and async."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import wraps
from typing import Any, TypeAlias, TypeVar

from banditware.current import current_visit

R = TypeVar("R")

Decorator: TypeAlias = Callable[[Callable[..., R]], Callable[..., R]]


def choose(experiment: str) -> Decorator[Any]:
    """Pass the value of the visitor's arm to the view, as the argument of the experiment's name.

    It comes after the route's own parameters and never replaces one. The decorated view does not
    show the argument, so that FastAPI does not look for it in the query. Decorators stack.

    Raises:
        TypeError: the view takes no such argument, or is a class: decorate its methods.
    """

    @contextmanager
    def chosen() -> Iterator[dict[str, Any]]:
        yield {experiment: current_visit()[experiment]}

    def decorate(view: Callable[..., R]) -> Callable[..., R]:
        signature = _without(view, experiment)
        decorated = _within(chosen, view)
        decorated.__signature__ = signature  # type: ignore[attr-defined]  # of functions, for inspect
        return decorated

    return decorate


def reward(
    experiment: str, amount: float = 1.0, *, goal: str | None = None, once: bool = True
) -> Decorator[Any]:
    """Credit the visitor's arm when the view answers well (status 200 to 399).

    A view that raises earns nothing, whatever a handler of the app makes of the exception.

    Args:
        experiment: name of the experiment.
        amount: the number to credit.
        goal: name under which it is counted; default: the experiment's own goal.
        once: credit a decision and goal a single time, however often the view answers.

    Raises:
        TypeError: the view is a class: decorate its methods.
    """

    @contextmanager
    def rewarded() -> Iterator[dict[str, Any]]:
        yield {}
        current_visit().reward(experiment, amount, goal=goal, once=once)

    def decorate(view: Callable[..., R]) -> Callable[..., R]:
        return _within(rewarded, view)

    return decorate


def _within(
    surrounding: Callable[[], AbstractContextManager[dict[str, Any]]], view: Callable[..., Any]
) -> Callable[..., Any]:
    """Return the view, called within what gives it more arguments; async if the view is."""
    if inspect.isclass(view):
        raise TypeError(f"{view.__qualname__} is a class: decorate its methods, as get and post")
    if _is_async(view):

        @wraps(view)
        async def answer(*args: Any, **kwargs: Any) -> Any:
            with surrounding() as given:
                return await view(*args, **kwargs, **given)

        return answer

    @wraps(view)
    def answer_at_once(*args: Any, **kwargs: Any) -> Any:
        with surrounding() as given:
            return view(*args, **kwargs, **given)

    return answer_at_once


def _is_async(view: Callable[..., Any]) -> bool:
    called = getattr(view, "__call__", None)  # noqa: B004  # an object's own, not whether it has one
    return inspect.iscoroutinefunction(view) or inspect.iscoroutinefunction(called)


_NAMEABLE = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)


def _without(view: Callable[..., Any], argument: str) -> inspect.Signature:
    """Return a view's signature without the argument that it does not get from its caller."""
    signature = inspect.signature(view)
    parameters = dict(signature.parameters)
    found = parameters.pop(argument, None)
    takes_any = any(each.kind is each.VAR_KEYWORD for each in parameters.values())
    if not takes_any and (found is None or found.kind not in _NAMEABLE):
        name = getattr(view, "__qualname__", repr(view))
        raise TypeError(
            f"{name} takes no argument {argument!r}, as which choose({argument!r}) passes the arm"
        )
    return signature.replace(parameters=list(parameters.values()))
