"""From a YAML file or a mapping to frozen settings, with every mistake reported at once.

Importing this package imports neither yaml nor pydantic nor what settings are made of: `load` and
`schema` do, when they run.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from banditware.config.settings import Cookie, Settings
else:

    def __getattr__(name: str) -> Any:
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from banditware.config import settings  # noqa: PLC0415 - who only imports us needs none

        return getattr(settings, name)


__all__ = ["Cookie", "Settings", "load", "schema"]


def load(
    source: str | os.PathLike[str] | Mapping[str, Any],
    *,
    environ: Mapping[str, str] | None = None,
    secret_keys: Sequence[str] = (),
) -> Settings:
    """Read and check a configuration.

    Args:
        source: path of a YAML file, or its content as a mapping.
        environ: what `${VAR}` reads; `os.environ` if None.
        secret_keys: those of the framework, oldest first, for a configuration that has none.

    Raises:
        ConfigError: the configuration cannot be used; it carries every mistake that was found.
    """
    from banditware.config.loading import read  # noqa: PLC0415 - brings yaml and pydantic

    return read(source, os.environ if environ is None else environ, secret_keys)


def schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a configuration file, for editors."""
    from banditware.config.editor import json_schema  # noqa: PLC0415 - brings pydantic

    return json_schema()
