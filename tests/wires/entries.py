"""Every way into an app, for what holds for all of them: a new adapter is one new row."""

from __future__ import annotations

from tests.wires.django_entry import django_asgi_entry, django_wsgi_entry
from tests.wires.flask_entry import flask_entry
from tests.wires.starlette_entry import fastapi_entry, starlette_entry
from tests.wires.visitors import Entry, asgi_entry, wsgi_entry

#: Every way in.
ENTRIES: dict[str, Entry] = {
    "wsgi": wsgi_entry,
    "asgi": asgi_entry,
    "flask": flask_entry,
    "django-wsgi": django_wsgi_entry,
    "django-asgi": django_asgi_entry,
    "starlette": starlette_entry,
    "fastapi": fastapi_entry,
}
