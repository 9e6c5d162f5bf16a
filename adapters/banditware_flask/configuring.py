"""From what a Flask app says to what a bandit is opened with."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

from flask import Flask

from banditware import Bandit
from banditware.errors import ConfigError

#: A YAML file, the same as a mapping, or a bandit.
Source: TypeAlias = "str | os.PathLike[str] | Mapping[str, Any] | Bandit"

#: The key of `app.config`, and the file that is taken where nothing is said.
CONFIG = "BANDITWARE_CONFIG"
FILE = "banditware.yaml"

#: A bandit takes so many keys, as verifying a forged cookie costs one signature for each.
_MOST_KEYS = 5


def bandit_for(app: Flask, given: Source | None) -> Bandit:
    """Return a bandit for an app.

    Args:
        app: the app; its keys are for a configuration that has none.
        given: the configuration, or a bandit; None asks the app.

    Raises:
        ConfigError: the configuration has mistakes; it lists all of them.
        StoreError: the store cannot be used.
    """
    source = app.config.get(CONFIG, FILE) if given is None else given
    if isinstance(source, Bandit):
        return source
    if not isinstance(source, Mapping):
        source = Path(app.config.root_path) / source
    keys = keys_of(app)
    try:
        return Bandit.from_config(source, secret_keys=keys)
    except ConfigError as error:
        mend = "" if keys else "; or set app.secret_key before Bandits.init_app(app)"
        raise ConfigError(
            each._replace(message=each.message + mend) if each.path == "secret_keys" else each
            for each in error.problems
        ) from None


def keys_of(app: Flask) -> tuple[str, ...]:
    """Return the keys of an app, oldest first; Flask lists the old ones newest first."""
    if not app.secret_key:
        return ()
    old = app.config.get("SECRET_KEY_FALLBACKS") or ()
    keys = [*reversed(old), app.secret_key]
    return tuple(_text(key) for key in keys[-_MOST_KEYS:])


def _text(key: str | bytes) -> str:
    """Return a key as text; every bytes are one, and those of an ASCII text are the same."""
    return key if isinstance(key, str) else key.decode("latin-1")
