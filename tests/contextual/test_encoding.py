"""From attributes to features."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given

from banditware.contextual import features
from banditware.contextual.attributes import Attribute, Schema
from banditware.contextual.encoding import bucket, encode, encoder, unseen
from tests.contextual.cases import SCHEMA, VOCABULARY, anything, contexts, own, written

NOTHING: dict[str, Any] = {}

AGE = Schema((Attribute("age", "numeric", low=18.0, high=99.0),), hashed=0)


def test_a_context() -> None:
    """Numbers under their names, levels as indicators, those of the action behind a quote."""
    context = {"age": "35", "country": "FR", "browser": "ie 6", "beard": None}
    assert encode(SCHEMA, VOCABULARY, context, {"price": 12, "tier": "gold"}) == {
        "age": 35.0,
        "country('o": 1.0,
        "browser(ie'206": 1.0,
        "'price": 10.0,
        "'tier(gold": 1.0,
    }


def test_what_is_missing_is_said() -> None:
    """Every declared attribute that is missing has its own indicator."""
    assert encode(SCHEMA, VOCABULARY, NOTHING, {"price": math.nan, "tier": []}) == {
        "age('m": 1.0,
        "country('m": 1.0,
        "browser('m": 1.0,
        "'price('m": 1.0,
        "'tier('m": 1.0,
    }


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 1e76, "x" * 10_000, [], None])
def test_a_number_that_is_none_is_missing(value: object) -> None:
    """NaN, the infinities and what is no number leave the indicator of a missing number."""
    assert encode(AGE, {}, {"age": value}, NOTHING) == {"age('m": 1.0}


def test_a_declared_range_cuts() -> None:
    """Numbers outside the declared range count as its end."""
    assert encode(AGE, {}, {"age": 5}, NOTHING) == {"age": 18.0}
    assert encode(AGE, {}, {"age": 500}, NOTHING) == {"age": 99.0}


def test_zero_is_left_out() -> None:
    """A number that is zero adds nothing to any sum, and is not missing."""
    assert encode(SCHEMA._replace(action=()), {}, {"age": 0, "country": "GB"}, NOTHING) == {
        "country(GB": 1.0,
        "browser('m": 1.0,
    }


def test_undeclared_attributes_share_buckets() -> None:
    """The same attribute is in the same bucket in every process, numbers with their value."""
    schema = Schema(hashed=32)
    colour, size = bucket("colour", "=red", 32), bucket("size", "", 32)
    assert (colour, size) == (9, 26)
    found = encode(schema, {}, {"colour": "red", "size": 2.5, "none": None}, {"size": True})
    assert found == {f"({colour}": 1.0, f"({size}": 2.5, f"'({bucket('size', '=true', 32)}": 1.0}
    assert encode(Schema(hashed=0), {}, {"colour": "red"}, NOTHING) == {}
    both = encode(Schema(hashed=1), {}, {"colour": "red", "size": 2.5}, NOTHING)
    assert both == {"(0": 3.5}


def test_first_seen_levels_are_to_be_recorded() -> None:
    """Levels that an open attribute has not had, unless they are too long or one too many."""
    assert unseen(SCHEMA, VOCABULARY, {"browser": "opera", "country": "FR"}, NOTHING) == [
        "browser(opera"
    ]
    values: list[object] = ["firefox", "ie 6", None, "x" * 65, []]
    for value in values:
        assert unseen(SCHEMA, VOCABULARY, {"browser": value}, NOTHING) == []
    full = {"browser": frozenset(map(str, range(16)))}
    assert unseen(SCHEMA, full, {"browser": "opera"}, NOTHING) == []
    tier = Schema(action=(Attribute("tier", "categorical"),))
    assert unseen(tier, {}, NOTHING, {"tier": 303}) == ["'tier(303"]


def test_what_is_recorded_is_known_from_then_on() -> None:
    """A level that was recorded has its own feature; before, it was `other`."""
    context = {"browser": "ópera"}
    known = features.vocabulary(unseen(SCHEMA, {}, context, NOTHING))
    assert "browser('o" in encode(SCHEMA, {}, context, NOTHING)
    assert "browser('C3'B3pera" in encode(SCHEMA, known, context, NOTHING)


def test_a_vocabulary_that_is_none_is_left_out() -> None:
    """Levels that nothing has written do no harm."""
    found = encoder(SCHEMA, {"browser": frozenset({"a b", "'zz", "opera"})})
    assert [column.levels for column in found.subject if column.name == "browser"] == [  # type: ignore[union-attr]  # a level
        {"opera": "browser(opera"}
    ]


@given(contexts, own)
def test_anything_can_be_encoded(context: dict[str, Any], attributes: dict[str, Any]) -> None:
    """Whatever stands in a context: finite features, none zero, and a text that is read back."""
    found = encode(SCHEMA, VOCABULARY, context, attributes)
    assert all(math.isfinite(value) and value for value in found.values())
    assert features.parsed(features.text(found)) == found
    assert all(len(key) <= 80 for key in found)


@given(contexts, own)
def test_the_quick_text_is_the_same(context: dict[str, Any], attributes: dict[str, Any]) -> None:
    """What is written straight from the attributes is the text of the encoded vector."""
    for schema in (SCHEMA, SCHEMA._replace(action=(), hashed=0), SCHEMA._replace(hashed=0)):
        encodes = encoder(schema, VOCABULARY)
        plain = features.text(encodes.features(context, attributes))
        assert written(encodes, context, attributes) == plain


@given(anything)
def test_unusual_numbers_have_the_same_text(value: object) -> None:
    """Zero, one, large and small numbers are written as `features.text` does."""
    encodes = encoder(AGE._replace(subject=(Attribute("age", "numeric"),)), {})
    for given_value in (value, 0, -0.0, 1, 1.0, 1e20, -1e15, 1e16, 123456789012345678, 1e-7):
        context = {"age": given_value}
        assert written(encodes, context, NOTHING) == features.text(encodes.features(context, {}))
