from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from banditware.config.faults import ABSENT, AT_KEY, AT_VALUE, Faults, RefusedError, reword


def error(kind: str, value: object = "x", message: str = "", **ctx: Any) -> ErrorDetails:
    return ErrorDetails(type=kind, loc=("key",), msg=message, input=value, ctx=ctx)


@pytest.mark.parametrize(
    ("found", "kind", "message"),
    [
        (error(AT_KEY, message="said {before}"), AT_KEY, "said {before}"),
        (error("extra_forbidden"), AT_KEY, "is not a known key; did you mean 'keys'?"),
        (error("missing"), ABSENT, "is missing"),
        (error("value_error", error=RefusedError("is odd")), AT_VALUE, "is odd"),
        (error("bool_type"), AT_VALUE, "must be true or false, not \0"),
        (error("string_type", 5), AT_VALUE, "must be text, not \0; quote it"),
        (error("string_type", []), AT_VALUE, "must be text, not \0"),
        (error("int_type", None), AT_VALUE, "has no value; it must be a whole number"),
        (error("new_in_pydantic", 5, "Input should be odd"), AT_VALUE, "must be odd, not \0"),
    ],
)
def test_reword(found: ErrorDetails, kind: str, message: str) -> None:
    """Every error of pydantic has our words, and one that is new to us its own."""
    assert reword(found, ["keys"], "") == (kind, message)


def refuse(message: str) -> None:
    raise RefusedError(message)


def test_faults() -> None:
    """What is refused within a block is noted at its place, and raised together."""
    faults = Faults()
    faults.settle()
    with faults.at("a", 0):
        refuse("{is} wrong")
    faults.add(("b",), "is worse", AT_KEY)
    with pytest.raises(ValidationError) as caught:
        faults.settle()
    again = Faults()
    again.adopt(caught.value)
    for each in (caught.value, again.error()):
        assert [(one["loc"], one["type"], one["msg"]) for one in each.errors()] == [
            (("a", 0), AT_VALUE, "{is} wrong"),
            (("b",), AT_KEY, "is worse"),
        ]


def test_other_errors_pass() -> None:
    """A fault of our own is not taken for a mistake of the user."""
    with pytest.raises(KeyError), Faults().at("a"):
        raise KeyError
