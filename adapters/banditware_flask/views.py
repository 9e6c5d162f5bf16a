"""Decorators of views: they ask the visit, before the view or after it.

They know no app, so views and blueprints may be decorated before there is one.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from inspect import iscoroutinefunction
from typing import Any, Protocol, TypeVar

from banditware.parameters import Parameter
from banditware_flask.visits import current_visit

View = TypeVar("View", bound=Callable[..., Any])


class Decorator(Protocol):
    """What decorates a view, of whatever kind, and leaves it that kind."""

    def __call__(self, view: View, /) -> View:
        """Return the view, decorated."""
        ...


def choose(experiment: str, *, parameter: str | None = None) -> Decorator:
    """Pass the value of the subject's arm to the view, after the route's own parameters.

    Args:
        experiment: name of the experiment.
        parameter: what the view calls the value; default: the name of the experiment.

    Raises:
        ValueError: a view cannot have a parameter of that name.
    """
    shown = Parameter.of(experiment, parameter)

    def with_arm(view: Callable[..., Any], given: dict[str, Any]) -> dict[str, Any]:
        shown.refuse_twice(given, f"{view.__name__}()")
        return {**given, shown.name: current_visit()[experiment]}

    def decorate(view: Any) -> Any:
        if iscoroutinefunction(view):

            @wraps(view)
            async def chosen_later(*args: Any, **kwargs: Any) -> Any:
                return await view(*args, **with_arm(view, kwargs))

            return chosen_later

        @wraps(view)
        def chosen(*args: Any, **kwargs: Any) -> Any:
            return view(*args, **with_arm(view, kwargs))

        return chosen

    return decorate


def reward(
    experiment: str, amount: float = 1.0, *, goal: str | None = None, once: bool = True
) -> Decorator:
    """Credit the subject's arm when the view has answered, if it answers well (200 to 399).

    Args:
        experiment: name of the experiment.
        amount: the number to credit.
        goal: name under which it is counted; default: the experiment's own goal.
        once: credit a decision and goal a single time, however often the view answers.
    """

    def credit() -> None:
        current_visit().reward(experiment, amount, goal=goal, once=once)

    def decorate(view: Any) -> Any:
        if iscoroutinefunction(view):

            @wraps(view)
            async def rewarded_later(*args: Any, **kwargs: Any) -> Any:
                response = await view(*args, **kwargs)
                credit()
                return response

            return rewarded_later

        @wraps(view)
        def rewarded(*args: Any, **kwargs: Any) -> Any:
            response = view(*args, **kwargs)
            credit()
            return response

        return rewarded

    return decorate
