"""What responses vary on beside the cookie."""

from __future__ import annotations

import pytest

from banditware.http import ASGI_HEADERS, WSGI_HEADERS, Effects
from banditware.merging import Merging

NAMES = ("X-Consent", "Sec-GPC")


def never(error: Exception) -> None:
    raise AssertionError from error


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (None, "Cookie, X-Consent, Sec-GPC"),
        ("Accept", "Accept, Cookie, X-Consent, Sec-GPC"),
        ("cookie, x-consent", "cookie, x-consent, Sec-GPC"),
        ("sec-gpc", "sec-gpc, Cookie, X-Consent"),
        ("*", "*"),
    ],
)
def test_vary(before: str | None, after: str) -> None:
    """`Vary` gets what it does not have yet, in both interfaces, and nothing else changes."""
    wsgi = [("X-A", "1"), *([("Vary", before)] if before else [])]
    merged = Merging(WSGI_HEADERS, never, NAMES)(wsgi, Effects(varies=True))
    assert [value for name, value in merged if name == "Vary"] == [after]
    assert merged[0] == ("X-A", "1")
    asgi = [(name.lower().encode(), value.encode()) for name, value in wsgi]
    given = Merging(ASGI_HEADERS, never, NAMES)(asgi, Effects(varies=True))
    assert [value for name, value in given if name == b"vary"] == [after.encode()]
