"""What the core makes of what it may know of a request."""

from __future__ import annotations

import pytest

from banditware.facts import is_speculative
from tests.support import Asked


@pytest.mark.parametrize("name", ["sec-purpose", "purpose", "x-moz"])
@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("prefetch", True),
        ("Prefetch;Prerender", True),
        ("prefetch;anonymous-client-ip", True),
        ("preview", True),
        ("", False),
        ("something else", False),
    ],
)
def test_what_is_fetched_in_advance(name: str, value: str, *, expected: bool) -> None:
    """Each of the three headers tells a prefetch, prerender or preview by its words."""
    assert is_speculative(Asked(headers={name: value})) is expected


def test_any_of_the_headers_tells_a_prefetch() -> None:
    """A header of another meaning does not hide the one that tells."""
    assert is_speculative(Asked(headers={"sec-purpose": "other", "x-moz": "prefetch"}))
