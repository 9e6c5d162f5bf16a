"""The `metrics` section as it is written, and what comes of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator

from banditware.config.base import Section, optional
from banditware.config.document import WRITTEN
from banditware.config.faults import Faults, RefusedError
from banditware.scraping import SHORTEST_TOKEN, Scraping

if TYPE_CHECKING:
    from banditware.config.root import Configuration


def _path(text: str) -> str:
    if not re.fullmatch(r"(/[A-Za-z0-9._~-]+)+", text):
        raise RefusedError(
            "must be a path such as /metrics, of letters, digits and the characters . _ ~ -, "
            f"not {WRITTEN}"
        )
    return text


def _token(token: object) -> object:
    """Check a token; no message may show it."""
    if token is None or token is False:
        return token
    if not isinstance(token, str):
        raise RefusedError("must be text, or false to let anybody read")
    if not token.isascii() or not token.isprintable() or " " in token:
        raise RefusedError("must be of printable ASCII characters without spaces")
    if len(token) < SHORTEST_TOKEN:
        raise RefusedError(
            f"has {len(token)} characters, and with fewer than {SHORTEST_TOKEN} it could be "
            'guessed: make one by python -c "import secrets; print(secrets.token_urlsafe(24))"'
        )
    return token


_Path = Annotated[str, AfterValidator(_path)]
_Token = Annotated[str | Literal[False] | None, BeforeValidator(_token)]


class MetricsSection(Section):
    """What is measured, and where it is to be read."""

    path: _Path | None = optional(None, "The path that Prometheus asks for.")
    token: _Token = optional(None, "What it has to send as a bearer; false lets anybody read.")

    @classmethod
    def check(cls, data: Mapping[str, Any], faults: Faults) -> None:
        """Want a token beside a path."""
        if data.get("path") is not None and "token" not in data:
            faults.add(
                ("path",),
                "needs a token: give one that Prometheus sends as a bearer, or `token: false` if a "
                "proxy or a firewall keeps strangers out",
            )


def frozen_metrics(configuration: Configuration) -> Scraping | None:
    """Return where metrics are to be read; None if nothing is measured."""
    section = configuration.metrics
    return None if section is None else Scraping(section.path, section.token or None)
