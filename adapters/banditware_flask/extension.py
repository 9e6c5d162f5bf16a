"""The extension: experiments for a Flask app, or for several."""

from __future__ import annotations

from typing import Any

from flask import Flask, current_app

from banditware import Bandit, Visit, WSGIMiddleware
from banditware_flask.apps import EXTENSION, current_bandit
from banditware_flask.cli import commands
from banditware_flask.configuring import Source, bandit_for
from banditware_flask.views import Decorator, choose, reward
from banditware_flask.visits import arm, beacon, current_visit


class Bandits:
    """Experiments for Flask. One object may serve several apps; each has a bandit of its own.

    Its decorators may be used before there is an app, and on the views of blueprints.
    """

    def __init__(self, app: Flask | None = None, config: Source | None = None) -> None:
        """Begin, with an app if there is one; see `init_app` for both, and what it raises."""
        self._config = config
        if app is not None:
            self.init_app(app)

    def init_app(self, app: Flask, config: Source | None = None) -> None:
        """Wrap an app: its requests get a visit, its templates `arm()`, its commands `banditware`.

        Args:
            app: the app; its secret key has to be set by now, unless the configuration has keys.
            config: path of a YAML file, the same as a mapping, or a bandit; default: what the
                constructor got, then `app.config["BANDITWARE_CONFIG"]`, then `banditware.yaml`. A
                relative path starts where `app.config.from_pyfile` starts.

        Raises:
            ConfigError: the configuration has mistakes; it lists all of them.
            StoreError: the store cannot be used.
            RuntimeError: the app has the extension already.
        """
        if EXTENSION in app.extensions:
            raise RuntimeError(f"{app!r} has its experiments already: call init_app once per app")
        bandit = bandit_for(app, self._config if config is None else config)
        app.extensions[EXTENSION] = bandit
        wrapped = WSGIMiddleware(app.wsgi_app, bandit)
        app.wsgi_app = wrapped  # type: ignore[method-assign]  # as Flask's guide has it
        app.context_processor(_let_templates_ask)
        app.cli.add_command(commands)

    @property
    def bandit(self) -> Bandit:
        """The bandit of the current app.

        Raises:
            RuntimeError: there is no current app, or it has no experiments.
        """
        return current_bandit()

    @property
    def visit(self) -> Visit:
        """The visit of the request that is being handled; see `current_visit`."""
        return current_visit()

    def choose(self, experiment: str, *, parameter: str | None = None) -> Decorator:
        """Pass the value of the subject's arm to a view; see `banditware_flask.views.choose`."""
        return choose(experiment, parameter=parameter)

    def reward(
        self, experiment: str, amount: float = 1.0, *, goal: str | None = None, once: bool = True
    ) -> Decorator:
        """Credit the arm when the view answers well; see `banditware_flask.views.reward`."""
        return reward(experiment, amount, goal=goal, once=once)


def _let_templates_ask() -> dict[str, Any]:
    """Make `arm` and `beacon` known to templates and what they import, unless the app has its own.

    This is done with the first template: who asks for `app.jinja_env` earlier, fixes its options.
    """
    current_app.jinja_env.globals.setdefault("arm", arm)
    current_app.jinja_env.globals.setdefault("beacon", beacon)
    return {}
