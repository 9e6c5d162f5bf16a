"""What `banditware.eppo` raises."""

from __future__ import annotations

from banditware.errors import BanditwareError


class ConfigurationError(BanditwareError, ValueError):
    """A file of flags or of bandit models cannot be used; the message names the place."""


class EvaluationError(BanditwareError, RuntimeError):
    """A flag cannot be evaluated; raised only while graceful mode is off."""


class UnreadableError(ValueError):
    """A part of a file is not what it has to be; caught where the rest can be used without it."""
