"""Merging effects into responses of Django, whose headers are a mapping with cookies apart."""

from __future__ import annotations

from typing import Any

from banditware.http import Effects
from banditware.merging import Merging


def merge(response: Any, effects: Effects, merging: Merging[str]) -> None:
    """Merge effects into a response; those headers that stay the same are not touched.

    What Django's own cookies are made of reads our `Set-Cookie`, and comes last of them.
    """
    headers = list(response.items())
    merged = merging(headers, effects)
    if merged is headers:
        return
    before = dict(headers)
    for name, value in merged:
        if name == "Set-Cookie":
            response.cookies.load(value)
        elif before.get(name) != value:
            response.headers[name] = value
