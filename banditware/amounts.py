"""The number of a reward, from where the configuration says it stands."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import parse_qs

from banditware.crediting import RefusedError
from banditware.facts import Facts
from banditware.http import Headers, header_value
from banditware.routes import Amount, Match

#: A plain decimal number: what `float` takes beyond it (`nan`, `1_000`) is a mistake or an attack.
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)

#: Most characters of a number: more than any amount has, and few enough to look at.
_LONGEST = 64


def amount_of(amount: Amount, match: Match, facts: Facts, headers: Headers) -> float:
    """Return the number that a route credits for this request and the app's response.

    Raises:
        RefusedError: there is no plain number in that place.
    """
    if amount.source == "number":
        return amount.number
    if amount.source == "path":
        texts: Iterable[str] = [str(match.values[amount.name])]
    elif amount.source == "header":
        texts = [header_value(headers, amount.name)]
    else:
        texts = parse_qs(facts.query).get(amount.name, [""])
    return number_in(next(iter(texts)), f"{amount.source} {amount.name!r}")


def number_in(text: str, place: str) -> float:
    """Return the plain decimal number that a text is.

    Raises:
        RefusedError: it is none; `place` says where it stands.
    """
    text = text.strip()
    if len(text) > _LONGEST or not _NUMBER.fullmatch(text):
        raise RefusedError("not_a_number", f"{place} holds {text[:40]!r}")
    return float(text)
