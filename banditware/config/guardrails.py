"""The `guardrails` section of an experiment as it is written, and what comes of it."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, WithJsonSchema

from banditware.config import units
from banditware.config.base import Section, optional
from banditware.config.faults import AT_KEY, Faults, RefusedError
from banditware.config.fields import VARIABLE, ByName, Duration, Name
from banditware.limits import ALPHA, Latency, Limits

_SHARE = WithJsonSchema(
    {
        "anyOf": [
            {"type": "string", "pattern": f"{units.PERCENT}|{VARIABLE}"},
            {"type": "number", "minimum": 0, "exclusiveMaximum": 1},
        ]
    }
)
_Share = Annotated[float, BeforeValidator(units.share), _SHARE]


def _above_zero(share: float) -> float:
    if share == 0:
        raise RefusedError("must be above 0: a guardrail that never errs never speaks")
    return share


_Alpha = Annotated[_Share, AfterValidator(_above_zero)]
_Quantile = Annotated[_Share, AfterValidator(_above_zero)]


class MarginSection(Section):
    """How much worse than the default an arm may be."""

    margin: _Share = optional("1%", "Percentage points by which it may be worse.")


class LatencySection(Section):
    """How much slower than the default an arm may be."""

    margin: Duration = optional("200ms", "How much later its slow responses may start.")
    quantile: _Quantile = optional("95%", "Which share of the responses is not slow.")


class GuardrailsSection(Section):
    """Limits beyond which an arm is paused by itself."""

    alpha: _Alpha = optional(
        f"{ALPHA:.0%}", "The chance that within 30 days an arm is paused that keeps all limits."
    )
    errors: MarginSection | None = optional(
        None, "How far the share of 5xx responses may be above the default's."
    )
    latency: LatencySection | None = optional(
        None, "How far the time of slow responses may be above the default's."
    )
    goals: Annotated[dict[Name, MarginSection], ByName()] = optional(
        {}, "How far rewards per pull may be below the default's, by goal."
    )

    def limits(self) -> Limits:
        """Return them frozen."""
        latency = self.latency
        return Limits(
            alpha=self.alpha,
            errors=None if self.errors is None else self.errors.margin,
            latency=None if latency is None else Latency(latency.margin, latency.quantile),
            goals={goal: section.margin for goal, section in self.goals.items()},
        )


def check_guardrails(section: Any, faults: Faults) -> None:
    """Note guardrails of an experiment that have nothing to watch, or nothing to compare with."""
    found = section.guardrails
    if found is None:
        return
    if found.errors is None and found.latency is None and not found.goals:
        faults.add(("guardrails",), "is empty: declare errors, latency or goals", AT_KEY)
    if not section.arms:
        faults.add(
            ("guardrails",),
            "compare arms with the default, and the app alone knows them: declare arms",
            AT_KEY,
        )
