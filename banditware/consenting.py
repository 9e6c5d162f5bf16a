"""From what a configuration says of consent to what finds it in requests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from banditware.consent import Consent, ConsentSettings, answer_of
from banditware.errors import ConfigError, Problem
from banditware.log.sinks import UnusableError
from banditware.log.sinks.function import resolved


class Configured(Protocol):
    """What has to be known of a configuration; see `banditware.config.settings`."""

    @property
    def consent(self) -> ConsentSettings | None:
        """Where consent stands; None if nobody is asked."""
        ...

    @property
    def source(self) -> str:
        """Name of the configuration."""
        ...


def consent_of(settings: Configured, fault: Callable[[Exception], None]) -> Consent | None:
    """Return what finds consent in requests, or None if nobody is asked.

    Args:
        settings: the configuration.
        fault: told of what a function of the app raises.

    Raises:
        ConfigError: the function that it names is not there.
    """
    consent = settings.consent
    if consent is None:
        return None
    if consent.kind != "call":
        return Consent(consent, answer_of(consent), fault)
    try:
        return Consent(consent, resolved(consent.name), fault)
    except UnusableError as error:
        problem = Problem(settings.source, 0, 0, "consent.call", str(error))
        raise ConfigError([problem]) from error
