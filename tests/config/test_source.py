from __future__ import annotations

import pytest

from banditware.config.source import read_source, source_schemas

KINDS = ("header", "cookie", "query")


def test_a_source() -> None:
    """A mapping of one key is a source of that kind."""
    assert read_source({"header": "X-A"}, KINDS, "must be one") == ("header", "X-A")
    assert read_source({"query": "a b"}, KINDS, "must be one") == ("query", "a b")


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"path": "a"}, "is not a known key"),
        ({"cooky": "a"}, "did you mean 'cookie'"),
        ({}, "must be one: exactly one"),
        ({"header": "a", "cookie": "b"}, "must be one: exactly one"),
        ({"header": "a b"}, "cannot be the name of a header"),
        ({"cookie": "a;b"}, "cannot be the name of a cookie"),
        ({"query": ""}, "must be a name"),
        ({"query": 5}, "must be a name"),
    ],
)
def test_no_source(value: dict[str, object], message: str) -> None:
    """Anything else says what a source looks like."""
    with pytest.raises(ValueError, match=message):
        read_source(value, KINDS, "must be one")


def test_schemas() -> None:
    """Every kind has a schema of its own."""
    assert [list(each["properties"]) for each in source_schemas(KINDS)] == [[k] for k in KINDS]
