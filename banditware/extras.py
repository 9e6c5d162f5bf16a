"""Parts that need packages which not everybody installs."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from banditware.errors import ConfigError, Problem


def extra(module: str, name: str, key: str, source: str) -> Any:
    """Return a module of ours that needs an extra.

    Args:
        module: its name.
        name: that of the extra.
        key: what in the configuration asks for it.
        source: name of the configuration.

    Raises:
        ConfigError: the extra is not installed.
    """
    try:
        return import_module(module)
    except ImportError as error:
        mend = f'needs another package: pip install "banditware[{name}]"'
        raise ConfigError([Problem(source, 0, 0, key, mend)]) from error
