"""What an app keeps of the extension."""

from __future__ import annotations

from flask import Flask, current_app

from banditware import Bandit

#: The key in `app.extensions`; under it is the app's bandit.
EXTENSION = "banditware"


def bandit_of(app: Flask) -> Bandit:
    """Return the bandit of an app.

    Raises:
        RuntimeError: the app has no experiments.
    """
    found: Bandit | None = app.extensions.get(EXTENSION)
    if found is None:
        raise RuntimeError(f"{app.name!r} has no experiments: call Bandits.init_app(app)")
    return found


def current_bandit() -> Bandit:
    """Return the bandit of the current app.

    Raises:
        RuntimeError: there is no current app, or it has no experiments.
    """
    return bandit_of(current_app)
