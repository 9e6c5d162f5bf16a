"""Parts of a configuration as a line of text, to be compared and shown."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable
from datetime import datetime, timezone
from typing import Any

from banditware.conditions import Condition
from banditware.model import Arm, Experiment, Schema
from banditware.routes import OK, RewardRule, Route
from banditware.targeting import Targeting

_UNITS = (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1))


def duration(seconds: float | None) -> str:
    """Return seconds as a configuration has them."""
    if seconds is None:
        return "false"
    for unit, size in _UNITS:
        if seconds >= size and seconds % size == 0:
            return f"{seconds / size:.0f}{unit}"
    return f"{seconds:g}s"


def share(part: float) -> str:
    """Return a share as a configuration has it."""
    return f"{part * 100:g}%"


def policy(experiment: Experiment) -> str:
    """Return the policy with the parameters that are not its defaults."""
    found: Any = (experiment.context or experiment).policy
    parameters = [
        f"{field.name} {_value(getattr(found, field.name))}"
        for field in dataclasses.fields(found)
        if getattr(found, field.name) != field.default
    ]
    return f"{found.name} ({', '.join(parameters)})" if parameters else str(found.name)


def _value(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def arm(found: Arm) -> str:
    """Return what an arm shows."""
    parts = [repr(found.value)] if found.value != found.name else []
    parts += [f"rewrite {found.rewrite}"] if found.rewrite else []
    parts += [f"redirect {found.redirect}"] if found.redirect else []
    parts += [f"attributes {dict(found.attributes)}"] if found.attributes else []
    parts += ["available to some"] if found.available else []
    return ", ".join(parts) or found.name


def targeting(found: Targeting | None) -> str:
    """Return who takes part, and when."""
    if found is None:
        return "everybody"
    bounds = (("from", found.start), ("until", found.end))
    parts = [f"{word} {_moment(each)}" for word, each in bounds if math.isfinite(each)]
    parts += [" or ".join(_conditions(rule) for rule in found.rules)] if found.rules else []
    parts += [_part(found)] if found.share is not None else []
    return ", ".join(parts) or "everybody"


def _conditions(rule: Iterable[Condition]) -> str:
    return " and ".join(f"{each.attribute} {each.operator} {each.value}" for each in rule)


def _part(found: Targeting) -> str:
    edges = found.share.edges if found.share is not None else ()
    taken = sum(edges[1::2]) - sum(edges[::2])
    return f"{taken / 2**64:.4g} of all subjects"


def _moment(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, timezone.utc):%Y-%m-%dT%H:%MZ}"


def context(found: Experiment) -> str:
    """Return what an experiment learns from."""
    if found.context is None:
        return "none"
    schema: Schema = found.context.schema
    parts = [f"{each.name} {each.kind}" for each in (*schema.subject, *schema.action)]
    parts += [f"{schema.hashed} hashed"] if schema.hashed else []
    return ", ".join([*parts, "one model" if found.context.shared else "a model for each arm"])


def route(found: Route) -> str:
    """Return a route without its conditions of status."""
    methods = f"{'|'.join(sorted(found.methods))} " if found.methods else ""
    does = [f"choose {', '.join(found.choose)}"] if found.choose else []
    does += [f"reward {', '.join(map(_reward, found.rewards))}"] if found.rewards else []
    bounds = ", ".join(f"{low}-{high}" if low != high else str(low) for low, high in found.status)
    on = "" if found.status == OK else f" on {bounds}"
    return f"{methods}{found.host or ''}{found.pattern}: {'; '.join(does)}{on}"


def _reward(rule: RewardRule) -> str:
    amount = rule.amount
    number = f"{amount.number:g}" if amount.source == "number" else f"{amount.source} {amount.name}"
    extras = [f"goal {rule.goal}", f"amount {number}"]
    extras += [] if rule.once else ["every time"]
    extras += ["cross-site"] if rule.cross_site else []
    return f"{rule.experiment} ({', '.join(extras)})"
