"""Merging effects into responses of Django, whose headers are a mapping with cookies apart."""

from __future__ import annotations

from http.cookies import Morsel
from typing import Any

from banditware import Visit
from banditware.http import Effects
from banditware.merging import Merging

#: The cookies of the project, which are looked at and stay: spelt otherwise than ours.
_THEIRS = "set-cookie"


def merge(response: Any, visit: Visit, effects: Effects, merging: Merging[str]) -> None:
    """Merge effects into a response; headers that stay the same are not touched.

    Our cookie is one of the response's, and comes last of them.
    """
    theirs = ((_THEIRS, each.OutputString()) for each in response.cookies.values())
    headers = [*response.items(), *theirs]
    merged = merging(headers, effects, visit)
    if merged is headers:
        return
    before = dict(headers)
    for name, value in merged:
        if name == "Set-Cookie":
            cookie = cookie_of(value)
            response.cookies[cookie.key] = cookie
        elif name != _THEIRS and before.get(name) != value:
            response.headers[name] = value
    for name in {each.lower() for each in before} - {each.lower() for each, _ in merged}:
        del response.headers[name]


def cookie_of(header: str) -> Morsel[str]:
    """Return the cookie of a `Set-Cookie` that we wrote.

    `SimpleCookie.load` reads what anybody wrote, and takes several times as long.
    """
    pair, *attributes = header.split("; ")
    name, _, value = pair.partition("=")
    cookie: Morsel[str] = Morsel()
    cookie.set(name, value, value)
    for each in attributes:
        attribute, equals, said = each.partition("=")
        cookie[attribute] = said if equals else True
    return cookie
