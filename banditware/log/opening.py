"""From what a configuration and the code say to the decision log."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol, TypeAlias

from banditware.errors import ConfigError, Problem
from banditware.log.decisions import DecisionLog
from banditware.log.settings import LogSettings, ToFunction
from banditware.log.sinks import UnusableError

Function: TypeAlias = Callable[[dict[str, Any]], object]

#: Where the log goes, as `Bandit` takes it.
Given: TypeAlias = Function | LogSettings | Sequence[Function | LogSettings]


class Configured(Protocol):
    """What has to be known of a configuration; see `banditware.config.settings`."""

    @property
    def log(self) -> Sequence[LogSettings]:
        """Where the log goes."""
        ...

    @property
    def secret_keys(self) -> Sequence[str]:
        """Secrets, oldest first; subjects are hashed with the oldest."""
        ...

    @property
    def source(self) -> str:
        """Name of the configuration."""
        ...


def begin_log(settings: Configured, given: Given | None, clock: Callable[[], float]) -> DecisionLog:
    """Return the decision log; it may go nowhere.

    Args:
        settings: the configuration.
        given: where the code wants it to go, too.
        clock: seconds since the epoch.

    Raises:
        ConfigError: it cannot go there.
    """
    try:
        return DecisionLog([*settings.log, *_settings(given)], settings.secret_keys[0], clock)
    except UnusableError as error:
        raise ConfigError([Problem(settings.source, 0, 0, "log", str(error))]) from error


def _settings(given: Given | None) -> Iterable[LogSettings]:
    if given is None:
        return []
    if isinstance(given, LogSettings) or callable(given):
        given = [given]
    return [
        each if isinstance(each, LogSettings) else LogSettings(ToFunction(each)) for each in given
    ]
