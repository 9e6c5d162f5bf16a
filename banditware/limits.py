"""What an operator declares: how much worse than the default arm an arm may be."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

#: The chance that within thirty days an arm is paused that keeps its limits.
ALPHA = 0.01


class Latency(NamedTuple):
    """How much slower than the default's an arm's slow responses may be.

    Attributes:
        margin: seconds.
        quantile: which of the default's responses are compared: 0.95 is the slowest twentieth.
    """

    margin: float
    quantile: float = 0.95


class Limits(NamedTuple):
    """The guardrails of one experiment.

    Attributes:
        alpha: the chance that within thirty days any arm is paused that keeps all limits.
        errors: by how much the share of 5xx responses may be above the default's; or None.
        latency: the limit of how long responses take; or None.
        goals: by how much rewards per pull may be below the default's, by goal.
    """

    alpha: float = ALPHA
    errors: float | None = None
    latency: Latency | None = None
    goals: Mapping[str, float] = MappingProxyType({})
