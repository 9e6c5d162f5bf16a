"""From what a Flask app says to what a bandit is opened with."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

from flask import Flask

from banditware import Bandit
from banditware.errors import ConfigError

#: A YAML file, or the same as a mapping.
Source: TypeAlias = "str | os.PathLike[str] | Mapping[str, Any]"

#: The key of `app.config`, and the file that is taken where nothing is said.
CONFIG = "BANDITWARE_CONFIG"
FILE = "banditware.yaml"

#: A bandit takes so many keys, as verifying a forged cookie costs one signature for each.
_MOST_KEYS = 5


def source_of(app: Flask, given: Source | None) -> Source:
    """Return where the configuration of an app is.

    A relative path starts where `app.config.from_pyfile` starts, too: at the app's root, or at its
    instance folder if the app is `instance_relative_config`.
    """
    source: Source = app.config.get(CONFIG, FILE) if given is None else given
    if isinstance(source, Mapping):
        return source
    return Path(app.config.root_path) / source


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


def opened(source: Source, keys: tuple[str, ...]) -> Bandit:
    """Return a bandit for a configuration.

    Args:
        source: the configuration.
        keys: the app's, for a configuration that has none.

    Raises:
        ConfigError: the configuration has mistakes; it lists all of them.
        StoreError: the store cannot be used.
    """
    try:
        return Bandit.from_config(source, secret_keys=keys)
    except ConfigError as error:
        mend = "" if keys else "; or set app.secret_key before Bandits.init_app(app)"
        raise ConfigError(
            each._replace(message=each.message + mend) if each.path == "secret_keys" else each
            for each in error.problems
        ) from None
