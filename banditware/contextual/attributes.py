"""What a context may hold: attributes of the subject and of each action, numeric or categorical.

Attributes that the configuration declares keep their kind, whatever a request sends; the kind of
others is told from the value, as Eppo's SDKs do: text and booleans are categorical, numbers are
numeric. Whatever cannot be read as its kind is missing, which is a level of its own.
"""

from __future__ import annotations

import re
from numbers import Number

from banditware.attribute_text import decimal, text_of
from banditware.model import Attribute, Kind, Schema

__all__ = ["Attribute", "Kind", "Schema", "kind_of", "level_in", "number_in"]

#: Longest text that may still be a number; a double needs 24 characters.
_LONGEST_NUMBER = 64

#: Numbers beyond are no measurement, but a mistake: they are missing. A product of four of them, as
#: the sums of a shared model hold, is still a double.
LARGEST = 1e75

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")


def number_in(value: object) -> float | None:
    """Return the number of a declared numeric attribute's value, or None if it is missing.

    Headers and query strings are text, so text that is a number in decimal digits is one; so are
    prices in `Decimal` and numbers of numpy. True and False are none, nor are NaN, the infinities
    and what is beyond `LARGEST`.
    """
    if isinstance(value, str):
        if len(value) > _LONGEST_NUMBER or not _NUMBER.fullmatch(value.strip()):
            return None
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, Number):
        return None
    try:
        number = float(value)  # type: ignore[arg-type]  # what cannot be converted is caught
    except (OverflowError, TypeError, ValueError):  # too large, complex, or a signalling NaN
        return None
    return number if -LARGEST <= number <= LARGEST else None


def level_in(value: object) -> str | None:
    """Return the level of a categorical attribute's value, or None if it is missing.

    `303` and `303.0` are `"303"`, True is `"true"`, as in Eppo's SDKs.
    """
    if isinstance(value, str | bool):
        return text_of(value)
    number = number_in(value)
    return None if number is None else decimal(number)


def kind_of(value: object) -> Kind | None:
    """Return the kind that an undeclared attribute's value tells; None if it is missing."""
    if isinstance(value, str | bool):
        return "categorical"
    return None if number_in(value) is None else "numeric"
