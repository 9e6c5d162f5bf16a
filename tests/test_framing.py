from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banditware.framing import frame, payload_of

payloads = st.binary(min_size=1, max_size=40).filter(lambda data: b"\n" not in data)


@given(payloads)
def test_a_line_gives_back_its_payload(payload: bytes) -> None:
    """Whatever is framed can be read again, and is one line between two ends of line."""
    before, line, after = frame(payload).split(b"\n")
    assert (before, after) == (b"", b"")
    assert payload_of(line) == payload


@given(payloads, st.data())
def test_a_changed_line_is_noticed(payload: bytes, data: st.DataObject) -> None:
    """A line with one byte changed, or cut short, is refused."""
    line = frame(payload).strip(b"\n")
    at = data.draw(st.integers(9, len(line) - 1))
    changed = line[:at] + bytes([line[at] ^ data.draw(st.integers(1, 255))]) + line[at + 1 :]
    for wrong in (changed, line[:at], line[1:]):
        with pytest.raises(ValueError, match=r"checksum|invalid literal"):
            payload_of(wrong)
