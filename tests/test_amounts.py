from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from banditware.amounts import amount_of
from banditware.crediting import RefusedError
from banditware.http import Headers
from banditware.routes import Amount, Match, Route
from tests.support import Asked


def amount(
    source: Any, *, query: str = "", headers: Headers = (), values: dict[str, Any] | None = None
) -> float:
    """Return the amount that a source named `x` has for a request and response."""
    asked = Asked(query=query, headers={"x": "666"})
    return amount_of(Amount(source, "x"), Match(Route("/"), values or {}), asked, headers)


def test_a_constant() -> None:
    """A constant is what it is."""
    made = amount_of(Amount(number=2.5), Match(Route("/"), {}), Asked(), ())
    assert made == 2.5


def test_a_header_is_the_responses() -> None:
    """A header is read from the app's response, in any spelling and either interface's form."""
    assert amount("header", headers=[("X", "12.50")]) == 12.5
    assert amount("header", headers=[(b"x", b" 12.50 ")]) == 12.5


def test_a_header_is_never_the_requests() -> None:
    """What the client sends in a header of that name earns nothing."""
    with pytest.raises(RefusedError, match="header 'x' holds ''"):
        amount("header")


def test_the_query() -> None:
    """A parameter of the query is decoded, and the first of several counts."""
    assert amount("query", query="a=1&x=%2B12.5&x=7") == 12.5


@pytest.mark.parametrize("query", ["", "x", "x=", "y=1", "x=&x=1;", "%ff=&=&&", "x=\udcff"])
def test_a_query_without_it(query: str) -> None:
    """A query without a number there is refused, whatever it looks like."""
    with pytest.raises(RefusedError):
        amount("query", query=query.replace("x=1;", "x=one"))


@pytest.mark.parametrize(("value", "number"), [(7, 7.0), (0.25, 0.25), ("19.99", 19.99)])
def test_the_path(value: Any, number: float) -> None:
    """A variable of the path is a number if it reads like one."""
    assert amount("path", values={"x": value}) == number


@pytest.mark.parametrize("text", ["1", "1.", ".5", "-1.5", "+2", "1e3", "1E-3", "0001", "1.5e+10"])
def test_plain_numbers(text: str) -> None:
    """Plain decimal numbers are read as Python reads them."""
    assert amount("header", headers=[("x", text)]) == float(text)


@pytest.mark.parametrize(
    "text",
    [
        "nan",
        "inf",
        "-Infinity",
        "1_000",
        "1,000.00",
        "0x10",
        "1e",
        "e5",
        ".",
        "--1",
        "1 2",
        "\u0661\u0662",
        "12 EUR",
        "1" * 65,
        "1" * 60_000 + "x",
    ],
)
def test_what_is_no_plain_number_is_refused(text: str) -> None:
    """What only Python takes for a number, or nobody, is refused; and shown no longer than a line.

    A long row of digits is refused without a search that takes forever.
    """
    with pytest.raises(RefusedError, match="header 'x' holds") as raised:
        amount("header", headers=[("x", text)])
    assert raised.value.reason == "not_a_number"
    assert len(str(raised.value)) < 80


@settings(deadline=None)
@given(text=st.text(max_size=80))
def test_any_text(text: str) -> None:
    """Any text is a number or is refused; nothing else is raised."""
    with contextlib.suppress(RefusedError):
        assert isinstance(amount("header", headers=[("x", text)]), float)
