"""What a case of conformance is given: something that wraps an app."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from banditware import Bandit, current_visit


class Wrapped(Protocol):
    """A wrapped app, ours or a naive one."""

    bandit: Bandit

    def __call__(self, *arguments: Any) -> Any:
        """Answer a request."""
        ...


Wrap = Callable[[Any], Wrapped]

#: A claim about wrapped apps: raises whatever it likes if it does not hold.
Case = Callable[[Wrap], None]


def arm_here(wrapped: Wrapped) -> str:
    """Return the arm of the request that is being handled, as its view would find it."""
    own: Callable[[], str] | None = getattr(wrapped, "arm_here", None)
    return current_visit().decide("color").arm if own is None else own()
