from __future__ import annotations

import pytest

from banditware.config.amount import read_amount
from banditware.routes import Amount


@pytest.mark.parametrize(
    ("value", "amount"),
    [
        (2, Amount("number", "", 2.0)),
        (-0.5, Amount("number", "", -0.5)),
        ({"header": "X-Order-Total"}, Amount("header", "X-Order-Total")),
        ({"query": "sum total"}, Amount("query", "sum total")),
        ({"path": "item"}, Amount("path", "item")),
    ],
)
def test_amount(value: object, amount: Amount) -> None:
    """An amount is a number or a single source."""
    assert read_amount(value) == amount


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("2", "must be a finite number, or one of"),
        (True, "must be a finite number, or one of"),
        ([1], "must be a finite number, or one of"),
        (float("inf"), "must be a finite number"),
        (float("nan"), "must be a finite number"),
        (10**400, "must be a finite number"),
        ({}, "exactly one"),
        ({"header": "A", "query": "b"}, "exactly one"),
        ({"hedaer": "A"}, "did you mean 'header'"),
        ({"header": "A", "json": "b"}, "is not a known key"),
        ({"header": 5}, "must be a name"),
        ({"query": ""}, "must be a name"),
        ({"header": "X Y"}, "cannot be the name of a header"),
        ({"header": "X:"}, "cannot be the name of a header"),
    ],
)
def test_no_amount(value: object, message: str) -> None:
    """Anything else says what an amount looks like."""
    with pytest.raises(ValueError, match=message):
        read_amount(value)
