"""The ways in that requests are timed on: a bare app, and the same app with experiments."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from banditware import Bandit, wrap
from benchmarks.apps import flask_app, plain_asgi, plain_wsgi
from benchmarks.sending import Request, asgi_request, wsgi_request


class Way(NamedTuple):
    """A way in.

    Attributes:
        name: what it is called.
        make: makes a request of an app, a path and a cookie.
        bare: the app without experiments.
        wrapped: the app with them.
    """

    name: str
    make: Callable[[Any, str, str], Request]
    bare: Any
    wrapped: Any


def ways(bandit: Bandit) -> list[Way]:
    """Return the ways into banditware."""
    flask = flask_app().wsgi_app
    return [
        Way("WSGI", wsgi_request, plain_wsgi, wrap(plain_wsgi, bandit)),
        Way("ASGI", asgi_request, plain_asgi, wrap(plain_asgi, bandit)),
        Way("Flask", wsgi_request, flask, wrap(flask, bandit)),
    ]


def flask_mab(folder: Path) -> Way:
    """Return the same through Flask-MAB, which keeps its counts in the folder.

    Raises:
        ImportError: it is not installed.
    """
    mab = flask_app(folder / "mab.json").wsgi_app
    return Way("Flask-MAB", wsgi_request, flask_app().wsgi_app, mab)
