"""The text and the number of an attribute's value, the same in every language that reads them.

A rule or a model may hold `"303"` where an app says `303`. So that both mean the same level, every
value has one text: numbers as IEEE 754 doubles in full decimal, never with an exponent, which is
how Rust (and so Eppo's SDKs) prints them, and booleans in lower case.
"""

from __future__ import annotations

import re

#: What Rust reads as a number: decimal digits, `inf`, `infinity` or `nan` in any case; no spaces.
_NUMBER = re.compile(
    r"[+-]?(?:inf|infinity|nan|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[+-]?[0-9]+)?)", re.IGNORECASE
)


def text_of(value: object) -> str | None:
    """Return the text of an attribute's value: `303` and `303.0` are `"303"`, True is `"true"`.

    Returns:
        The text, or None if the value has none: None itself, a whole number that no double can
        hold, or anything that is neither text, number nor boolean.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    number = number_of(value)
    return None if number is None else decimal(number)


def number_of(value: object) -> float | None:
    """Return the number of an attribute's value, or None if it is no number; text is none.

    True and False are no numbers, although Python says so.
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value)
    except OverflowError:
        return None


def read_number(value: object) -> float | None:
    """Return the number of a value that may also be text, as `"12.5"`; None if it is none."""
    if isinstance(value, str):
        return float(value) if _NUMBER.fullmatch(value) else None
    return number_of(value)


def decimal(number: float) -> str:
    """Return the shortest decimal digits that mean this double, without an exponent.

    `1e21` is `"1000000000000000000000"`, `1e-7` is `"0.0000001"`, `42.0` is `"42"`, `-0.0` is
    `"-0"`; NaN is `"NaN"` and the infinities are `"inf"` and `"-inf"`.
    """
    if number != number:  # noqa: PLR0124  # NaN alone
        return "NaN"
    text = repr(float(number)).removesuffix(".0")
    if "e" not in text:
        return text
    mantissa, _, power = text.partition("e")
    sign = "-" if mantissa.startswith("-") else ""
    whole, _, fraction = mantissa.lstrip("-").partition(".")
    digits, point = whole + fraction, len(whole) + int(power)
    if point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    return sign + digits.ljust(point, "0")
