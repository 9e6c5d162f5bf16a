"""A shop with one button, as a plain WSGI app.

All it knows of experiments: a request has a visit, and a visit has values.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

PAGE = Template(Path(__file__).with_name("page.html").read_text(encoding="utf-8"))


def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Show the page at `GET /`, and take the click at `POST /btnclick`."""
    request = environ["REQUEST_METHOD"], environ["PATH_INFO"]
    if request == ("GET", "/"):
        visit = environ["banditware.visit"]
        page = PAGE.substitute(color=escape(visit["color_btn"]), text=escape(visit["txt_btn"]))
        start_response("200 OK", [("Content-Type", "text/html; charset=utf-8")])
        return [page.encode()]
    if request == ("POST", "/btnclick"):
        start_response("303 See Other", [("Location", "/#thanks"), ("Content-Length", "0")])
        return []
    start_response("404 Not Found", [("Content-Type", "text/plain")])
    return [b"There is only one page here: /\n"]
