from __future__ import annotations

from types import MappingProxyType
from typing import Any

import pytest

from banditware.config.document import Document, dotted, echo, from_mapping


def test_copies() -> None:
    """The data of a mapping is a copy made of dict and list."""
    source = {"a": MappingProxyType({"b": (1, [2])}), "c": None}
    document = from_mapping(source)
    assert document.data == {"a": {"b": [1, [2]]}, "c": None}
    assert type(document.data["a"]) is dict
    assert list(document.places) == [
        (),
        ("a",),
        ("a", "b"),
        ("a", "b", 0),
        ("a", "b", 1),
        ("a", "b", 1, 0),
        ("c",),
    ]


def test_keys_are_text() -> None:
    """A key that is not text is refused and nothing more is said of what is below."""
    document = from_mapping({"a": {1: {"b": 2}, False: 3}})
    assert list(map(str, document.problems)) == [
        "<mapping>: a.1: 1 is not text: a key is a name, so quote it: '1'",
        "<mapping>: a.False: False is not text: a key is a name, so quote it: 'False'",
    ]
    assert document.is_spoiled(("a", "1", "b"))


def test_cycles() -> None:
    """A mapping that holds itself, even twice, is refused for its depth."""
    cycle: dict[str, Any] = {}
    cycle["a"] = cycle["b"] = cycle
    document = from_mapping(cycle)
    (problem,) = document.problems
    assert problem.message == "is nested deeper than 64 levels"
    assert document.fatal


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("x", "'x'"),
        ("x" * 100, "'" + "x" * 57 + "...'"),
        (5, "5"),
        (10**4000, "a large number"),
        (None, "None"),
        (object, "type"),
        ([1], "a list"),
        ({}, "a mapping"),
    ],
)
def test_text(value: object, text: str) -> None:
    """Messages show short text for every value."""
    assert from_mapping({"a": value}).places["a",].text == text


def test_written() -> None:
    """A place inside a list of one or a long form is that of what was written instead."""
    document = from_mapping({"routes": [{"reward": "a", "choose": ["a", "b"]}]})
    assert document.written(("routes", 0, "reward", 0, "experiment")) == ("routes", 0, "reward")
    assert document.written(("routes", 0, "choose", 1)) == ("routes", 0, "choose", 1)


def test_report_on_nothing() -> None:
    """A problem of a document without places has none."""
    document = Document("f")
    document.report(("a",), "is wrong")
    assert list(map(str, document.problems)) == ["f: a: is wrong"]


def test_dotted() -> None:
    """A key with control characters cannot break a message over lines."""
    assert dotted(("a", 0, "b\nc")) == r"a.0.'b\nc'"


def test_echo() -> None:
    """A number is shown as it was written, a string in quotes."""
    assert (echo(10, "010"), echo("010", "010")) == ("010", "'010'")
