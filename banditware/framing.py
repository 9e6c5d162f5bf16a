"""A record as it stands in a spool: a line `CRC32 TAB PAYLOAD` with an end of line on both sides.

Whatever happens to the file, a damaged line is known as one, and a record that was torn by a full
disk can never swallow the one written after it.
"""

from __future__ import annotations

import zlib


def frame(payload: bytes) -> bytes:
    """Return a payload as it stands in a spool; it must not contain an end of line."""
    return b"\n%08x\t%b\n" % (zlib.crc32(payload), payload)


def payload_of(line: bytes) -> bytes:
    """Return the payload of one line, which has no ends of line any more.

    Raises:
        ValueError: the line is damaged.
    """
    payload = line[9:]
    if int(line[:8], 16) != zlib.crc32(payload):
        raise ValueError("the checksum does not fit")
    return payload
