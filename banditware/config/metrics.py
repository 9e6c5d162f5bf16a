"""The `metrics` section as it is written, and what comes of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BeforeValidator

from banditware.config.access import page_path, usable_token
from banditware.config.base import Section, optional
from banditware.config.faults import Faults, RefusedError
from banditware.scraping import Scraping

if TYPE_CHECKING:
    from banditware.config.root import Configuration


def _token(token: object) -> object:
    if token is None or token is False:
        return token
    if not isinstance(token, str):
        raise RefusedError("must be text, or false to let anybody read")
    return usable_token(token)


_Path = Annotated[str, page_path("/metrics")]
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
