"""Feature keys and the text of an encoded vector."""

from __future__ import annotations

import re
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from banditware.contextual import features

#: Any text there is, lone surrogates included.
anything = st.text(st.characters(codec=None), max_size=30)

finite = st.floats(allow_nan=False, allow_infinity=False).filter(bool)

keys = st.one_of(
    st.builds(features.attribute_key, anything.filter(bool), action=st.booleans()),
    st.builds(
        lambda name, level, action: features.level_key(
            features.attribute_key(name, action=action), level
        ),
        anything.filter(bool),
        anything,
        st.booleans(),
    ),
    st.integers(0, 500).map(lambda bucket: f"({bucket}"),
    st.integers(0, 500).map(lambda bucket: f"'({bucket}"),
)

vectors = st.dictionaries(keys, st.one_of(st.just(1.0), finite), max_size=12)


@given(vectors)
def test_a_text_is_read_back_exactly(vector: dict[str, float]) -> None:
    """`parsed(text(features))` is the same vector, to the last bit and in the same order."""
    text = features.text(vector)
    assert list(features.parsed(text).items()) == list(vector.items())


@settings(max_examples=30)
@given(vectors)
def test_a_text_is_safe_everywhere(vector: dict[str, float]) -> None:
    """A text has no character that a URL, a cookie or a field of counts would have to quote."""
    assert re.fullmatch(r"[A-Za-z0-9_.\-'()*]*", features.text(vector))


@given(anything)
def test_a_level_is_read_back_exactly(level: str) -> None:
    """Any text may be a level."""
    assert features.unescaped(features.escaped(level)) == level


@given(st.lists(st.tuples(anything, st.booleans()), min_size=2, max_size=2, unique=True))
def test_no_two_attributes_share_a_key(attributes: list[tuple[str, bool]]) -> None:
    """Attributes of the subject and of the action never meet, whatever their names."""
    first, second = (features.attribute_key(name, action=action) for name, action in attributes)
    assert first != second


def test_a_name_like_a_byte_is_told_from_one() -> None:
    """The action's `21` is not the subject's `!`, which is written `'21`."""
    assert features.attribute_key("!") == "'21"
    assert features.attribute_key("21", action=True) == "''321"


@pytest.mark.parametrize(
    ("vector", "text"),
    [
        ({}, ""),
        ({"age": 35.0, "country(GB": 1.0}, "age)35*country(GB"),
        ({"age": 0.1, "'price": -2.5e30}, "age)0.1*'price)-2.5e30"),
        ({"x('m": 1.0, "(17": 1e-07}, "x('m*(17)1e-07"),
    ],
)
def test_texts(vector: dict[str, float], text: str) -> None:
    """What a few vectors look like."""
    assert features.text(vector) == text
    assert features.parsed(text) == vector


@pytest.mark.parametrize(
    "text",
    [
        "*",
        "age)",
        "age)nan",
        "age)inf",
        "age)1e999",
        "age)+1",
        "age) 1",
        "age)1_0",
        "age)0x1",
        "age)1)2",
        ")1",
        "a b",
        "é",
        "a:b",
        "a*a",
        "a\n",
        "age)" + "1" * 400,
        "a" * 600,
        "a" * 20_000,
        "*".join(f"a{number}" for number in range(300)),
    ],
)
def test_hostile_texts_are_refused(text: str) -> None:
    """Whatever `text` does not write is a ValueError, at once."""
    with pytest.raises(ValueError, match=r"encoded vector|feature"):
        features.parsed(text)


@given(st.text(string.printable, max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    """Reading never fails in another way than ValueError, and gives finite numbers alone."""
    try:
        vector = features.parsed(text)
    except ValueError:
        return
    assert all(abs(value) < float("inf") for value in vector.values())


def test_long_levels_are_other() -> None:
    """A level whose escaped text is longer than 64 characters is `other`."""
    assert features.level_key("x", "a" * 64) == "x(" + "a" * 64
    assert features.level_key("x", "a" * 65) == "x('o"
    assert features.level_key("x", "é" * 11) == "x('o"
    assert features.level_key("x", "a" * 1_000_000) == "x('o"
    assert features.level_key("x", "") == "x("


@pytest.mark.parametrize("text", ["a'", "'G1", "'ff", "a b", "'41", "'C3"])
def test_what_is_no_level_is_refused(text: str) -> None:
    """`unescaped` reads only what `escaped` wrote."""
    with pytest.raises(ValueError, match=r"level|decode"):
        features.unescaped(text)


def test_kinds_of_features() -> None:
    """Levels are indicators, also times each other; numbers and buckets are not."""
    for key in ("a(b", "a('m", "'a('o", "a(b:'c(d"):
        assert features.is_indicator(key)
    for key in ("a", "'a", "(17", "'(3", "a:'b", "a(b:'c", "(1:'c(d"):
        assert not features.is_indicator(key)
    assert features.is_hashed("(17")
    assert features.is_hashed("'(3")
    assert not features.is_hashed("a(17")


def test_a_vocabulary_keeps_the_first_levels() -> None:
    """Of more than 16 levels, which several processes may have recorded, the first are kept."""
    keys = [f"'tier({number}" for number in range(20)]
    found = features.vocabulary(["city(Oslo", *keys, "city(Rome"])
    assert found == {
        "city": {"Oslo", "Rome"},
        "'tier": {str(number) for number in range(16)},
    }
