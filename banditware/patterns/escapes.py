"""Characters that are written with a backslash and a letter."""

from __future__ import annotations

from banditware.patterns.reading import Reader

#: Control characters by letter.
SIMPLE = {"a": "\a", "f": "\f", "t": "\t", "n": "\n", "r": "\r", "v": "\v"}

#: How many hexadecimal digits follow each letter, unless braces say where they end.
HEX_LENGTHS = {"x": 2, "u": 4, "U": 8}

_SURROGATES = range(0xD800, 0xE000)


def code_point(reader: Reader, sign: str) -> str:
    """Return the character that the hexadecimal digits behind `sign` mean.

    Raises:
        ValueError: they mean none.
    """
    if reader.skip("{"):
        digits = reader.until("}")
    else:
        digits = "".join(reader.take() for _ in range(HEX_LENGTHS[sign]))
    if not digits or len(digits) > 8 or digits.strip("0123456789abcdefABCDEF"):
        raise reader.wrong("a code that is not hexadecimal")
    code = int(digits, 16)
    if code > 0x10FFFF or code in _SURROGATES:
        raise reader.wrong("a code that no character has")
    return chr(code)
