"""The text of numbers; that of whole contexts is checked in `test_encoding`."""

from __future__ import annotations

from banditware.contextual.attributes import Attribute, Schema
from banditware.contextual.encoding import encoder
from banditware.contextual.features import text
from banditware.contextual.writing import writer

ENCODER = encoder(Schema((Attribute("age", "numeric"),), (), 0), {})


def test_any_number_of_numbers_is_written() -> None:
    """However many different numbers come, and come again, each has its own text; few are kept."""
    numbers = writer(ENCODER).numbers["age"]
    for number in [*range(3_000), 2.5, *range(3_000), 2.5, 0.1 + 0.2, True, 1.0, -0.0]:
        part = numbers.new(number)[1]
        assert part[1:] == text(ENCODER.features({"age": number}, {}))
        assert len(numbers.known) <= 1_024
    assert numbers.known[2.5] == "*age)2.5"
    assert 0.1 + 0.2 not in numbers.known


def test_what_cannot_be_looked_up_is_missing() -> None:
    """A list in the place of a level is written as a missing one."""
    schema = Schema((), (Attribute("price", "numeric"), Attribute("tier", "categorical")), 0)
    encodes = encoder(schema, {})
    own = {"price": 2, "tier": ["gold"]}
    assert writer(encodes).action(own) == "*" + text(encodes.features({}, own))
