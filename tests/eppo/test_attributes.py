from __future__ import annotations

from typing import Any

import pytest

from banditware.eppo import ContextAttributes

NAN = float("nan")


def test_a_mapping_is_told_apart_by_types() -> None:
    """Numbers are numeric, texts and booleans categorical, None is dropped."""
    given = {"age": 30, "score": 2.5, "country": "GB", "member": True, "none": None}
    attributes = ContextAttributes.from_dict(given)
    assert attributes.numeric_attributes == {"age": 30.0, "score": 2.5}
    assert type(attributes.numeric_attributes["age"]) is float
    assert attributes.categorical_attributes == {"country": "GB", "member": True}
    assert ContextAttributes.from_dict({"huge": 10**400}).merged() == {}


@pytest.mark.parametrize("value", [[1], {}, b"x", object()])
def test_what_no_attribute_can_be(value: Any) -> None:
    """A mapping with anything else is refused, with the name of the attribute."""
    with pytest.raises(TypeError, match="attribute 'x' must be"):
        ContextAttributes.from_dict({"x": value})


def test_explicit_attributes_are_lenient() -> None:
    """Files of dynamically typed languages hold anything: what does not fit is missing."""
    attributes = ContextAttributes(
        {"n": 1, "t": True, "text": "5", "none": None, "list": [1], "huge": 10**400},
        {"n": 303, "t": False, "text": "x", "none": None, "list": [1]},
    )
    assert attributes.numeric_attributes == {"n": 1.0, "t": 1.0}
    assert attributes.categorical_attributes == {"n": 303.0, "t": False, "text": "x"}
    assert attributes.merged() == {"n": 303.0, "t": False, "text": "x"}
    assert repr(attributes) == (
        "ContextAttributes({'n': 1.0, 't': 1.0}, {'n': 303.0, 't': False, 'text': 'x'})"
    )


def test_copies_are_given() -> None:
    """Changing what a property returned changes nothing; what was given may be changed too."""
    given = {"a": 1.0}
    attributes = ContextAttributes(given, {})
    given["a"] = 2.0
    attributes.numeric_attributes["a"] = 3.0
    attributes.categorical_attributes["b"] = "x"
    assert attributes.merged() == {"a": 1.0}


def test_no_attributes_at_all() -> None:
    """`empty` has none."""
    assert ContextAttributes.empty().merged() == {}
