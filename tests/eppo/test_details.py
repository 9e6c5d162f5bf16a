from __future__ import annotations

import pytest

from banditware.eppo.details import quoted

QUOTED = [
    ("plain", '"plain"'),
    ('a"b\\c', '"a\\"b\\\\c"'),
    ("a\nb\rc\td\0", '"a\\nb\\rc\\td\\0"'),
    ("é😀", '"é😀"'),
    ("\x07\u200b\xa0", '"\\u{7}\\u{200b}\\u{a0}"'),
    ("e\u0301", '"e\\u{301}"'),
    ("it's", '"it\'s"'),
]


@pytest.mark.parametrize(("text", "wanted"), QUOTED, ids=lambda each: ascii(each)[:12])
def test_text_is_quoted_as_rust_does(text: str, wanted: str) -> None:
    """Quotes, control characters and what nobody could see are escaped."""
    assert quoted(text) == wanted
