"""The `alarms` section as it is written, and what comes of it."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator

from banditware.alerting import Alerting
from banditware.config.base import Section, optional
from banditware.config.faults import RefusedError
from banditware.config.fields import Duration
from banditware.config.log import function_name

_SHORTEST = 1.0


def _webhook(url: str) -> str:
    """Check the address of a webhook; no message may show it, as it may hold secrets."""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is no number
        usable = False
    if not usable or not url.isascii() or any(each <= " " for each in url):
        raise RefusedError("must be a URL that begins with https:// or http:// and a host")
    return url


def _every(seconds: float) -> float:
    if seconds < _SHORTEST:
        raise RefusedError("must be at least 1s")
    return seconds


class AlarmsSection(Section):
    """Who gets a message when an alarm begins, and when it is over."""

    call: Annotated[str, AfterValidator(function_name)] | None = optional(
        None, "MODULE:FUNCTION that is called with each message."
    )
    webhook: Annotated[str, AfterValidator(_webhook)] | None = optional(
        None, "URL that each message is posted to, as JSON."
    )
    every: Annotated[Duration, AfterValidator(_every)] = optional("1m", "How often to look.")

    def alerting(self) -> Alerting:
        """Return it frozen."""
        return Alerting(self.call or "", self.webhook or "", self.every)
