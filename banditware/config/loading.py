"""From a source to settings: read, fill in variables, check, freeze."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from banditware.config import freeze
from banditware.config.beacon import frozen_beacon
from banditware.config.document import Document, from_mapping
from banditware.config.environment import expand, literal
from banditware.config.faults import ABSENT, AT_VALUE
from banditware.config.reader import from_text
from banditware.config.root import Configuration
from banditware.config.settings import Settings
from banditware.config.stamping import stamp_of
from banditware.debugging import Debug
from banditware.errors import ConfigError, Problem

_KEY = "[key]"


def read(
    source: str | os.PathLike[str] | Mapping[str, Any],
    environ: Mapping[str, str],
    secret_keys: Sequence[str] = (),
) -> Settings:
    """Return the settings of a configuration; `secret_keys` are for one that has none.

    Raises:
        ConfigError: it cannot be used; carries every mistake that was found.
    """
    if isinstance(source, Mapping):
        document, folder, stamp = from_mapping(source), Path.cwd(), None
    else:
        file = os.fspath(source)
        # Before it is read: what is written meanwhile shall be noticed afterwards.
        stamp = stamp_of(file)
        document, folder = from_text(_content(file), file), Path(file).resolve().parent
    if secret_keys and isinstance(document.data, dict):
        document.data.setdefault("secret_keys", [literal(key) for key in secret_keys])
    configuration = checked(document, environ)
    return Settings(
        secret_keys=tuple(configuration.secret_keys),
        store=configuration.store,
        refresh=configuration.refresh,
        cookie=freeze.cookie(configuration),
        experiments=freeze.experiments(configuration),
        routes=freeze.routes(configuration),
        count_bots=configuration.bots,
        below_mount=configuration.below_mount,
        folder=folder,
        source=document.file,
        attributes=configuration.attributes,
        log=freeze.log(configuration, folder),
        beacon=frozen_beacon(configuration),
        consent=freeze.consent(configuration),
        by_arm=configuration.caching,
        debug=Debug(**dict(configuration.debug)),
        kill_switch=folder / switch if (switch := configuration.kill_switch) else None,
        stamp=stamp,
    )


def _content(file: str) -> str:
    try:
        content = Path(file).read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ConfigError([Problem(file, 0, 0, "", f"cannot be read: {reason}")]) from None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # The offset counts from the end of a byte order mark if there is one, which is on line 1.
        before = error.object[: error.start]
        line, column = before.count(b"\n") + 1, len(before.rpartition(b"\n")[2].decode()) + 1
        raise ConfigError([Problem(file, line, column, "", "is not UTF-8 from here on")]) from None


def checked(document: Document, environ: Mapping[str, str]) -> Configuration:
    """Return the configuration, or raise everything that is wrong with it."""
    configuration = None
    if not document.fatal:
        expand(document, environ)
        configuration = _validated(document)
    if configuration is None or document.problems:
        raise ConfigError(document.ordered())
    return configuration


def _validated(document: Document) -> Configuration | None:
    data = document.data
    if data is None:
        document.report((), "is empty: a configuration needs secret_keys and experiments")
        return None
    declared = data.get("experiments") if isinstance(data, dict) else None
    known = list(declared) if isinstance(declared, dict) else None
    try:
        return Configuration.model_validate(data, context={"experiments": known})
    except ValidationError as error:
        for each in error.errors(include_url=False, include_input=False):
            _report(document, each["type"], each["loc"], each["msg"])
    return None


def _report(document: Document, kind: str, loc: tuple[Any, ...], message: str) -> None:
    """Add what validation found, unless it follows from something already said."""
    at_key = kind != AT_VALUE or loc[-1:] == (_KEY,)
    path = document.written(loc)
    if not document.is_spoiled(path):
        document.report((*path, loc[-1]) if kind == ABSENT else path, message, at_key=at_key)
