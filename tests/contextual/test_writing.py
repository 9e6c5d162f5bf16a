from __future__ import annotations

from banditware.contextual.attributes import Attribute, Schema
from banditware.contextual.encoding import encoder
from banditware.contextual.features import text
from banditware.contextual.writing import writer

ENCODER = encoder(Schema((Attribute("age", "numeric"),), (), 0), {})


def test_any_number_of_numbers_is_written() -> None:
    """However many different numbers come, and come again, each has its own text."""
    write = writer(ENCODER)
    for number in [*range(3_000), 2.5, *range(3_000), 2.5, True, 1.0]:
        assert write({"age": number}, {}) == text(ENCODER.features({"age": number}, {}))
