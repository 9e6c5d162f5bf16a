"""The responses of the dashboard, with the headers that all of them have."""

from __future__ import annotations

import json
from typing import Any

from markupsafe import Markup

from banditware.answer import Answer

#: Nothing is loaded from elsewhere, nothing inline runs, and no other site shows a page in a frame.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)

HEADERS = (
    ("Content-Security-Policy", POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cache-Control", "no-store"),
)


def html(page: Markup, status: int = 200) -> Answer:
    """Return a page."""
    kind = ("Content-Type", "text/html; charset=utf-8")
    return Answer(status, (kind, *HEADERS), b"<!doctype html>" + page.encode())


def data(value: Any, status: int = 200) -> Answer:
    """Return JSON."""
    kind = ("Content-Type", "application/json")
    body = json.dumps(value, separators=(",", ":"), allow_nan=False).encode()
    return Answer(status, (kind, *HEADERS), body)


def see_other(where: str, cookie: str = "") -> Answer:
    """Return the way to another page, which is asked for by GET; the cookie goes along."""
    cookies = (("Set-Cookie", cookie),) if cookie else ()
    return Answer(303, (("Location", where), *cookies, *HEADERS))
