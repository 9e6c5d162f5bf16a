"""A request to the dashboard, read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import parse_qs

from banditware.answer import Received
from banditware.facts import Facts

#: Bytes of a form that are read, and how many fields it may have.
MOST, MOST_FIELDS = 8_192, 16

#: What a browser says of a form that another site sends.
_FOREIGN = frozenset({"cross-site", "same-site"})

_BEARER = "bearer "


class Request(NamedTuple):
    """What somebody asks of the dashboard.

    Attributes:
        method: the request method, in capitals; HEAD is GET.
        place: the path below the dashboard's, without the first slash.
        query: the first value of each parameter.
        form: the first value of each field; None if there is too much of it, or it is no form.
        token: one that came with the request, or nothing.
        cookies: the `Cookie` header.
        client: who asks.
        https: the request came by https.
        foreign: another site made the browser ask.
        home: where browsers find the dashboard.
    """

    method: str
    place: str
    query: Mapping[str, str]
    form: Mapping[str, str] | None
    token: str
    cookies: str
    client: str
    https: bool
    foreign: bool
    home: str

    @property
    def root(self) -> str:
        """The relative way to the overview."""
        return "../" * self.place.count("/") or "./"

    @property
    def wants_json(self) -> bool:
        """True below `api/`."""
        return self.place.startswith("api/")


def read(facts: Facts, place: str, received: Received, home: str) -> Request:
    """Return a request as the dashboard needs it."""
    given = facts.header("authorization")
    token = given[len(_BEARER) :].strip() if given.lower().startswith(_BEARER) else ""
    return Request(
        "GET" if facts.method == "HEAD" else facts.method,
        place,
        _pairs(facts.query[:MOST]) or {},
        _form(received.body, facts.header("content-type")),
        token,
        facts.header("cookie"),
        received.client,
        facts.secure,
        facts.header("sec-fetch-site") in _FOREIGN,
        home,
    )


def _form(body: bytes | None, kind: str) -> Mapping[str, str] | None:
    """Return the fields of a form or of an object of texts."""
    if body is None:
        return None
    try:
        text = body.decode()
        if kind.partition(";")[0].strip().lower() == "application/json":
            found = json.loads(text)
            return {str(k): str(v) for k, v in found.items()} if isinstance(found, dict) else None
        return _pairs(text)
    except (ValueError, RecursionError):
        return None


def _pairs(text: str) -> Mapping[str, str] | None:
    try:
        found = parse_qs(text, keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        return None
    return {name: values[0] for name, values in found.items()}
