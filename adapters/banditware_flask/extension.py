"""The extension: experiments for a Flask app, or for several."""

from __future__ import annotations

from typing import Any, NamedTuple

from flask import Flask, current_app

from banditware import Bandit, Visit, WSGIMiddleware
from banditware_flask.configuring import Source, keys_of, opened, source_of
from banditware_flask.views import Decorator, choose, reward
from banditware_flask.visits import arm, current_visit

#: The key in `app.extensions`.
EXTENSION = "banditware"


class Extended(NamedTuple):
    """What an app keeps of the extension, as `app.extensions["banditware"]`.

    Attributes:
        bandit: decides and counts for this app.
        source: its configuration, as it was found; None if a bandit was given.
        secret_keys: the app's keys, oldest first, for a configuration that has none.
    """

    bandit: Bandit
    source: Source | None
    secret_keys: tuple[str, ...]


class Bandits:
    """Experiments for Flask. One object may serve several apps; each has a bandit of its own.

    Its decorators may be used before there is an app, and on the views of blueprints.
    """

    def __init__(self, app: Flask | None = None, config: Source | Bandit | None = None) -> None:
        """Begin, with an app if there is one; see `init_app` for both, and what it raises."""
        self._config = config
        if app is not None:
            self.init_app(app)

    def init_app(self, app: Flask, config: Source | Bandit | None = None) -> None:
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
        extended = _extended(app, self._config if config is None else config)
        app.extensions[EXTENSION] = extended
        app.wsgi_app = WSGIMiddleware(  # type: ignore[method-assign]  # as Flask's guide has it
            app.wsgi_app, extended.bandit
        )
        app.context_processor(_let_templates_ask)

    @property
    def bandit(self) -> Bandit:
        """The bandit of the current app.

        Raises:
            RuntimeError: there is no current app, or it has no experiments.
        """
        return extended_of(current_app).bandit

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


def extended_of(app: Flask) -> Extended:
    """Return what an app keeps of the extension.

    Raises:
        RuntimeError: the app has no experiments.
    """
    found: Extended | None = app.extensions.get(EXTENSION)
    if found is None:
        raise RuntimeError(f"{app.name!r} has no experiments: call Bandits.init_app(app)")
    return found


def _extended(app: Flask, config: Source | Bandit | None) -> Extended:
    if isinstance(config, Bandit):
        return Extended(config, None, ())
    source, keys = source_of(app, config), keys_of(app)
    return Extended(opened(source, keys), source, keys)


def _let_templates_ask() -> dict[str, Any]:
    """Make `arm` known to templates and to what they import, unless the app has its own.

    This is done with the first template: who asks for `app.jinja_env` earlier, fixes its options.
    """
    current_app.jinja_env.globals.setdefault("arm", arm)
    return {}
