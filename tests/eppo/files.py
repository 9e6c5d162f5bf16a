"""Small files of flags and bandits for single tests."""

from __future__ import annotations

from typing import Any

from banditware import eppo

#: When questions are asked: 2024-04-17T00:00:00.5Z.
NOW = 1_713_312_000_500_000_000


def flags(**all_flags: Any) -> dict[str, Any]:
    """Return a file of flags."""
    return {
        "createdAt": "2024-04-17T19:40:53.716Z",
        "environment": {"name": "Test"},
        "flags": all_flags,
    }


def flag(*allocations: Any, kind: str = "STRING", **changes: Any) -> dict[str, Any]:
    """Return a flag named `f` with the variations `on` and `off`."""
    values = {"STRING": ("yes", "no"), "INTEGER": (1, 0), "JSON": ('{"a": [1]}', "null")}
    on, off = values.get(kind, (True, False))
    return {
        "key": "f",
        "enabled": True,
        "variationType": kind,
        "variations": {"on": {"key": "on", "value": on}, "off": {"key": "off", "value": off}},
        "allocations": list(allocations) or [allocation()],
        "totalShards": 10_000,
        **changes,
    }


def allocation(*conditions: tuple[str, str, Any], **changes: Any) -> dict[str, Any]:
    """Return an allocation of everybody for whom the conditions hold to `on`."""
    rule = [dict(zip(("attribute", "operator", "value"), each, strict=True)) for each in conditions]
    return {
        "key": "a",
        "rules": [{"conditions": rule}] if rule else [],
        "splits": [{"variationKey": "on", "shards": []}],
        **changes,
    }


def bandit(coefficients: dict[str, Any], **model: Any) -> dict[str, Any]:
    """Return a file with the bandit `b`."""
    data = {"gamma": 1.0, "defaultActionScore": 0.0, "actionProbabilityFloor": 0.0, **model}
    entry = {
        "banditKey": "b",
        "modelName": "falcon",
        "modelVersion": "v1",
        "updatedAt": "2024-04-17T19:40:53.716Z",
        "modelData": {**data, "coefficients": coefficients},
    }
    return {"updatedAt": "2024-04-17T19:40:53.716Z", "bandits": {"b": entry}}


def action(intercept: float, **terms: Any) -> dict[str, Any]:
    """Return the coefficients of an action."""
    names = ("subjectNumeric", "subjectCategorical", "actionNumeric", "actionCategorical")
    lists = {f"{name}Coefficients": terms.get(name, []) for name in names}
    return {"actionKey": "x", "intercept": intercept, **lists}


def reference(value: str = "yes", name: str = "b") -> dict[str, str]:
    """Return what leads from a value of the flag `f` to a bandit."""
    return {"key": name, "flagKey": "f", "variationKey": value, "variationValue": value}


class Kept(eppo.AssignmentLogger):
    """Keeps events, in their order."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []

    def log_assignment(self, event: dict[str, Any]) -> None:
        """Keep it."""
        self.events.append(event)

    def log_bandit_action(self, event: dict[str, Any]) -> None:
        """Keep it."""
        self.events.append(event)


def client(
    flag_file: dict[str, Any],
    bandits: dict[str, Any] | None = None,
    logger: eppo.AssignmentLogger | None = None,
) -> eppo.EppoClient:
    """Return a client whose clock stands still."""
    return eppo.EppoClient.from_files(flag_file, bandits, logger, clock=lambda: NOW)
