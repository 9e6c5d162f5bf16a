"""Where events go: loggers, and one that leaves out what it has logged before."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from typing import Any


class AssignmentLogger:
    """Takes events; subclasses say where to. These methods drop them.

    An exception of a logger never reaches the caller of an evaluation: it is logged by the logger
    `banditware.eppo`, with its traceback.
    """

    def log_assignment(self, event: dict[str, Any]) -> None:
        """Take the event of a flag's assignment."""

    def log_bandit_action(self, event: dict[str, Any]) -> None:
        """Take the event of a bandit's action."""


class AssignmentCacheLogger(AssignmentLogger):
    """Passes events on, unless the last one of the same subject said the same.

    An event whose logging failed is tried again. A subject that goes back to what it had is logged
    again: a, a, b, a, b is logged as a, b, a, b.

    Args:
        inner: gets what is new.
        assignment_cache: remembers assignments, None to pass on all; a cache with a limit bounds
            the memory.
        bandit_cache: remembers actions, None to pass on all.
        include_model_version: log an action again when the model has changed, although the action
            has not. Eppo's SDKs do not, which hides the new probability from whoever estimates
            what another policy would have earned.
    """

    def __init__(
        self,
        inner: AssignmentLogger,
        *,
        assignment_cache: MutableMapping[Any, Any] | None = None,
        bandit_cache: MutableMapping[Any, Any] | None = None,
        include_model_version: bool = False,
    ) -> None:
        self._inner = inner
        self._assignments = assignment_cache
        self._bandits = bandit_cache
        self._with_model = include_model_version

    def log_assignment(self, event: dict[str, Any]) -> None:
        """Pass on an assignment to another allocation or variation."""
        key = (event["featureFlag"], event["subject"])
        value = (event["allocation"], event["variation"])
        _once(self._assignments, key, value, lambda: self._inner.log_assignment(event))

    def log_bandit_action(self, event: dict[str, Any]) -> None:
        """Pass on another action, or one of another bandit."""
        key = (event["flagKey"], event["subject"])
        value: tuple[Any, ...] = (event["banditKey"], event["action"])
        if self._with_model:
            value += (event["modelVersion"],)
        _once(self._bandits, key, value, lambda: self._inner.log_bandit_action(event))


def _once(
    cache: MutableMapping[Any, Any] | None,
    key: tuple[Any, ...],
    value: tuple[Any, ...],
    log: Callable[[], None],
) -> None:
    if cache is not None and cache.get(key) == value:
        return
    log()
    if cache is not None:
        cache[key] = value
