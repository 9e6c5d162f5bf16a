"""Flask apps with experiments for tests: closed in the end, counted in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from banditware_flask import Bandits
from banditware_flask.apps import bandit_of
from tests.wires.shop import BROWSER, Totals, counted

SECRET = "a secret of this Flask app"

#: Two experiments, which no route chooses or rewards: views do.
CONFIG: dict[str, Any] = {
    "store": "memory://",
    "refresh": "1h",
    "experiments": {
        "color_btn": {"arms": {"green": "#0f0", "red": "#f00", "blue": "#00f"}},
        "txt_btn": {"arms": {"casual": "Hey!", "formal": "Good day."}},
    },
}

#: What a shop is opened with: the extension that its views use, and settings of Flask.
OpenApp = Callable[..., Flask]


@contextmanager
def apps() -> Iterator[OpenApp]:
    """Give out apps whose bandits are closed in the end."""
    opened: list[Flask] = []

    def open_app(bandits: Bandits, config: Any = CONFIG, **settings: Any) -> Flask:
        """Return an app with the extension."""
        app = Flask("shop")
        app.config.update(TESTING=True, SECRET_KEY=SECRET, BANDITWARE_CONFIG=config, **settings)
        bandits.init_app(app)
        opened.append(app)
        return app

    try:
        yield open_app
    finally:
        for app in opened:
            bandit_of(app).close()


def totals(app: Flask, experiment: str = "color_btn") -> Totals:
    """Return what an app has counted for an experiment."""
    return counted(bandit_of(app), experiment)


def browser(app: Flask) -> FlaskClient:
    """Return somebody new, with a browser that keeps cookies."""
    client = app.test_client()
    client.environ_base["HTTP_USER_AGENT"] = BROWSER
    return client
