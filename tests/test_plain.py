from __future__ import annotations

import json
from collections import namedtuple
from collections.abc import Mapping
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banditware.plain import plain
from tests.contextual.cases import anything


class Pair(NamedTuple):
    """Two things."""

    one: Any
    other: Any


class Broken:
    """Cannot even say what it is."""

    def __repr__(self) -> str:
        raise ValueError


class Told(namedtuple("Told", "one")):  # noqa: PYI024  # a method needs a class of its own
    """Says by itself what it is as a mapping."""

    __slots__ = ()

    def as_dict(self) -> Mapping[str, Any]:
        """Return it."""
        return {"two": 2 * self.one}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        (True, True),
        ("text", "text"),
        (7, 7),
        (1.5, 1.5),
        (float("nan"), "nan"),
        (float("-inf"), "-inf"),
        (1 << 20_000, "a whole number of 20001 bits"),
        ({1: (2, {3})}, {"1": [2, [3]]}),
        (Pair(1, Pair(2, b"3")), {"one": 1, "other": {"one": 2, "other": "b'3'"}}),
        (Told(2), {"two": 4}),
        (Broken(), "a Broken"),
        (b"x" * 1_000, repr(b"x" * 1_000)[:200]),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_values_become(value: object, expected: object) -> None:
    """JSON's own values stay, the others become mappings, lists or text."""
    assert plain(value) == expected


def test_a_value_in_itself() -> None:
    """A list that holds itself ends."""
    endless: list[Any] = []
    endless.append(endless)
    json.dumps(plain(endless))


@given(
    st.recursive(
        anything,
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(anything.filter(lambda key: isinstance(key, int | str)), inner)
        ),
    )
)
def test_everything_is_json(value: object) -> None:
    """Whatever an app puts there, strict JSON comes out."""
    json.dumps(plain(value), allow_nan=False)
