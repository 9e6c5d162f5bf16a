from __future__ import annotations

import pytest
from pydantic import ValidationError

from banditware.config.status import Ranges, read_status


@pytest.mark.parametrize(
    ("value", "ranges"),
    [
        (302, ((302, 302),)),
        ("302", ((302, 302),)),
        ("200-399", ((200, 399),)),
        ("2xx", ((200, 299),)),
        ([201, "3xx"], ((201, 201), (300, 399))),
    ],
)
def test_status(value: object, ranges: Ranges) -> None:
    """A status is a number, a range, a class, or several of these."""
    assert read_status(value) == ranges


@pytest.mark.parametrize(
    "value", [99, 600, True, 200.0, "2XX", "600", "20", "200-", "200-600", None, {}, 10**4000]
)
def test_no_status(value: object) -> None:
    """Anything else says what a status looks like."""
    with pytest.raises(ValueError, match="must be a status from 100 to 599"):
        read_status(value)


def test_reversed() -> None:
    """A range that ends before it starts is turned round in the message."""
    with pytest.raises(ValueError, match="write 200-399"):
        read_status("399-200")


def test_empty() -> None:
    """No status at all would let nothing through."""
    with pytest.raises(ValueError, match="is empty"):
        read_status([])


def test_items() -> None:
    """Every wrong item of a list is reported at its own place."""
    with pytest.raises(ValidationError) as caught:
        read_status([200, "x", "y"])
    assert [each["loc"] for each in caught.value.errors()] == [(1,), (2,)]
