"""The visit of the context."""

from __future__ import annotations

import contextvars

import pytest

from banditware import current_visit
from banditware.current import NoVisitError, leave, visit_of_context
from banditware.errors import BanditwareError
from tests.support import Asked
from tests.wires.shop import shops


def test_outside_of_a_request_there_is_no_visit() -> None:
    """The error says what to do, and is one of ours and a LookupError."""
    with pytest.raises(NoVisitError, match=r"use Bandit\.decide\(\) elsewhere") as raised:
        current_visit()
    assert isinstance(raised.value, (BanditwareError, LookupError))


def test_leaving_brings_the_visit_before_back() -> None:
    """A request that is handled within another gives way to it again."""
    with shops() as open_shop:
        outer, inner = (open_shop().begin(Asked(path="/elsewhere")) for _ in range(2))
    first = visit_of_context.set(outer)
    second = visit_of_context.set(inner)
    assert current_visit() is inner
    leave(second)
    assert current_visit() is outer
    leave(first)
    with pytest.raises(LookupError):
        current_visit()


def test_leaving_elsewhere_changes_nothing() -> None:
    """A token of another context is of no use, and no error."""
    with shops() as open_shop:
        visit = open_shop().begin(Asked(path="/elsewhere"))
    token = contextvars.copy_context().run(visit_of_context.set, visit)
    leave(token)
    with pytest.raises(LookupError):
        current_visit()
