"""What the project's settings say of experiments.

`BANDITWARE` is a mapping: `CONFIG` is the path of a YAML file, from `BASE_DIR` if it is relative,
or the same as a mapping, or a `Bandit`; `LOG`, which may be missing, is a function for the decision
log, or its dotted path.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from banditware import Bandit
from banditware.config import Settings, load
from banditware.errors import suggestion
from banditware.log.opening import Given as GivenLog

#: What `CONFIG` may be.
Source: TypeAlias = "str | os.PathLike[str] | Mapping[str, Any] | Bandit"

#: The setting, and what may stand in it.
SETTING = "BANDITWARE"
KEYS = ("CONFIG", "LOG")

_EXAMPLE = 'BANDITWARE = {"CONFIG": BASE_DIR / "banditware.yaml"}'


class Given(NamedTuple):
    """What the project's settings say.

    Attributes:
        source: the configuration; a path is absolute if there is a `BASE_DIR`.
        log: what gets every event of the decision log, or None.
    """

    source: Source
    log: GivenLog | None


def given() -> Given:
    """Return what the project's settings say of experiments.

    Raises:
        ImproperlyConfigured: the setting is missing, or is no such mapping.
    """
    setting = getattr(settings, SETTING, None)
    if not isinstance(setting, Mapping):
        raise ImproperlyConfigured(f"the setting {SETTING} is a mapping, as in {_EXAMPLE}")
    for key in setting:
        if key not in KEYS:
            near = suggestion(str(key), KEYS)
            raise ImproperlyConfigured(f"{SETTING} has a key {key!r} that means nothing{near}")
    source = setting.get("CONFIG")
    if not isinstance(source, (str, os.PathLike, Mapping, Bandit)):
        raise ImproperlyConfigured(
            f"{SETTING}['CONFIG'] is the path of a YAML file or a mapping, as in {_EXAMPLE}, "
            f"not {source!r}"
        )
    if isinstance(source, (str, os.PathLike)):
        source = Path(getattr(settings, "BASE_DIR", ""), source)
    log = setting.get("LOG")
    return Given(source, import_string(log) if isinstance(log, str) else log)


def secret_keys() -> list[str]:
    """Return the project's keys, oldest first; Django lists those that were in use newest first."""
    return [*reversed(settings.SECRET_KEY_FALLBACKS), settings.SECRET_KEY]


def loaded() -> Settings:
    """Return the configuration that the project's settings name.

    Raises:
        ImproperlyConfigured: the setting is missing, or is no such mapping.
        ConfigError: the configuration has mistakes; it lists all of them.
    """
    source = given().source
    return source.settings if isinstance(source, Bandit) else load_with_keys(source)


def load_with_keys(source: str | os.PathLike[str] | Mapping[str, Any]) -> Settings:
    """Return a configuration; the project's keys sign if it has none of its own.

    Raises:
        ConfigError: the configuration has mistakes; it lists all of them.
    """
    return load(source, secret_keys=secret_keys())
