"""Every way into an app; an adapter adds its own as one line."""

from __future__ import annotations

from tests.wires.starlette_entry import fastapi_entry, starlette_entry
from tests.wires.visitors import Entry, asgi_entry, wsgi_entry

#: Every way in.
ENTRIES: dict[str, Entry] = {
    "wsgi": wsgi_entry,
    "asgi": asgi_entry,
    "starlette": starlette_entry,
    "fastapi": fastapi_entry,
}
