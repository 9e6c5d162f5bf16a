"""What a caller gets from an evaluation with details, and from a bandit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class EvaluationResult:
    """A variation, and what belongs to it.

    Attributes:
        variation: the value that was assigned, or the default.
        action: the bandit's action, or None.
        evaluation_details: what was looked at; None where no details were asked for.
    """

    variation: Any
    action: str | None = None
    evaluation_details: Any = None

    def to_string(self) -> str:
        """Return the action if there is one, else the variation, as text."""
        return str(self.variation) if self.action is None else self.action


BanditResult = EvaluationResult
