"""Style, script and charts of the dashboard: files of the package, served under hashed names.

The charts are uPlot's, which is installed when the package is built and never committed. Without
it there are the tables.
"""

from __future__ import annotations

from functools import cache
from hashlib import blake2b
from importlib import resources
from typing import NamedTuple

from banditware.answer import Answer

#: Files by the name that pages use, in the order in which a page needs them.
FILES = {
    "uplot.css": "static/uplot/uPlot.min.css",
    "dashboard.css": "static/dashboard.css",
    "uplot.js": "static/uplot/uPlot.iife.min.js",
    "dashboard.js": "static/dashboard.js",
}

#: The files that only charts need.
CHARTS = frozenset({"uplot.css", "uplot.js"})

_KINDS = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8"}


class Asset(NamedTuple):
    """A file that pages load.

    Attributes:
        name: the last part of its URL; it changes with the content.
        kind: value of `Content-Type`.
        content: what is in it.
    """

    name: str
    kind: str
    content: bytes


@cache
def assets() -> dict[str, Asset]:
    """Return the files that are there, by the name that pages use."""
    found = {}
    for name, path in FILES.items():
        file = resources.files(__package__) / path
        if file.is_file():
            stem, dot, ending = name.partition(".")
            content = file.read_bytes()
            digest = blake2b(content, digest_size=8).hexdigest()
            found[name] = Asset(f"{stem}-{digest}{dot}{ending}", _KINDS[dot + ending], content)
    return found


def with_charts() -> bool:
    """Return True if charts can be drawn."""
    return assets().keys() >= CHARTS


def asset(name: str) -> Answer | None:
    """Return the file of a hashed name, which browsers may keep for ever; None if there is none."""
    for each in assets().values():
        if each.name == name:
            kept = ("Cache-Control", "public, max-age=31536000, immutable")
            headers = (("Content-Type", each.kind), kept, ("X-Content-Type-Options", "nosniff"))
            return Answer(200, headers, each.content)
    return None
