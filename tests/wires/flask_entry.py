"""The way in through Flask: the extension wraps the app, and a Flask view answers."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, request
from werkzeug.routing import BaseConverter

from banditware_flask import Bandits
from tests.wires.visitors import Ask, Seen, View, Wrapper, wsgi_ask

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


class _Anything(BaseConverter):
    """A path, whatever it begins with."""

    regex = ".*"
    part_isolating = False


class _Bare(Response):
    """A response with the headers it is given, and no others."""

    default_mimetype = None
    automatically_set_content_length = False


def flask_entry(view: View, wrapper: Wrapper) -> Ask:
    """Send requests to the view as the only one of a Flask app."""
    app = Flask(__name__, static_folder=None)
    app.testing = True
    app.url_map.merge_slashes = False
    app.url_map.converters["anything"] = _Anything

    def answer(path: str) -> Response:
        environ = request.environ
        headers = {key.lower(): value for key, value in request.headers.items()}
        reply = view(Seen(environ["PATH_INFO"], environ.get("banditware.visit"), headers))
        return _Bare(reply.chunks, f"{reply.status} Status", list(reply.headers))

    app.add_url_rule(
        "/<anything:path>", view_func=answer, methods=METHODS, provide_automatic_options=False
    )
    bandit: Any = getattr(wrapper(app.wsgi_app), "bandit", None)
    if bandit is not None:
        Bandits(app, bandit)
    return wsgi_ask(app)
