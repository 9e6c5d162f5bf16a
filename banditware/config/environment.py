"""`${VAR}` in the strings of a configuration reads the environment; `$${` stays `${`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from banditware.config.document import Document, Path

_OPENING = re.compile(r"\$\$\{|\$\{(?:([A-Za-z_][A-Za-z0-9_]*)\})?")


def literal(text: str) -> str:
    """Return how a text is written that shall stay as it is."""
    return text.replace("${", "$${")


def expand(document: Document, environ: Mapping[str, str]) -> None:
    """Replace the variables in all values of `document`; report those that are not set.

    Keys are left alone, and places keep the text as it was written, so that no message can show
    what a variable holds.
    """
    document.data = _expand(document, document.data, (), environ)


def _expand(document: Document, value: Any, path: Path, environ: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _expand(document, item, (*path, key), environ) for key, item in value.items()}
    if isinstance(value, list):
        return [_expand(document, item, (*path, i), environ) for i, item in enumerate(value)]
    if isinstance(value, str) and "${" in value:
        return _OPENING.sub(lambda found: _read(document, found, path, environ), value)
    return value


def _read(document: Document, found: re.Match[str], path: Path, environ: Mapping[str, str]) -> str:
    if found[0] == "$${":
        return "${"
    name = found[1]
    if name in environ:
        return environ[name]
    document.spoiled.add(path)
    if name is None:
        message = "${ opens the name of a variable, as in ${HOME}; write $${ for the characters"
    else:
        message = f"the environment variable {name} is not set"
    document.report(path, message)
    return ""
