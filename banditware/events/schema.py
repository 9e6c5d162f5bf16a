"""The JSON Schema of events: what every field means, for who reads the decision log."""

from __future__ import annotations

from typing import Any

from banditware.events.attributes import LONGEST
from banditware.events.describing import SCHEMA

_DRAFT = "https://json-schema.org/draft/2020-12/schema"

Described = dict[str, Any]


def _field(kind: str, meaning: str, *, null: bool = False, **more: Any) -> Described:
    return {"description": meaning, "type": [kind, "null"] if null else kind, **more}


def _text(meaning: str, *, null: bool = False, **more: Any) -> Described:
    return _field("string", meaning, null=null, maxLength=LONGEST, **more)


_NUMERIC = {"type": "object", "additionalProperties": {"type": ["number", "null"]}}
_CATEGORICAL = {
    "type": "object",
    "additionalProperties": {"type": "string", "maxLength": LONGEST},
}
_TIME = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z$"
_SHARE: Described = {"minimum": 0, "maximum": 1}

_COMMON: Described = {
    "schema": {"description": "Version of this schema.", "const": SCHEMA},
    "event_id": _text("The event's own id: an event that is there twice was written twice."),
    "timestamp": _text("When it happened: RFC 3339, UTC, to the microsecond.", pattern=_TIME),
    "experiment": _text("Name of the experiment."),
    "version": _text("Version of the experiment: the one whose counts it changed."),
    "policy": _text("Name of the policy."),
    "subject": _text("Whom it is for, hashed unless the configuration says otherwise.", null=True),
    "counted": _field("boolean", "True if the counts took it in."),
    "excluded": _text("The reason under which it was counted as excluded.", null=True),
    "truncated": {
        "description": "What was left out because the event was too large.",
        "type": "array",
        "items": {"enum": ["actions", "action_attributes", "subject_attributes", "features"]},
    },
}

_DECISION: Described = {
    "kind": {"description": "What the event tells of.", "const": "decision"},
    "decision_id": _text("Id of the decision; null if there was nothing to draw.", null=True),
    "arm": _text("Name of the arm, or of the action."),
    "propensity": _field("number", "The probability with which it was drawn.", **_SHARE),
    "reason": _text("Why this arm: drawn, sticky, or what kept the experiment from deciding."),
    "cohort": _field(
        "integer", "Start of the decision's time bucket, in seconds since the epoch.", null=True
    ),
    "snapshot": _field(
        "integer", "Version of the counts it was drawn from; null if it was not.", null=True
    ),
    "model_version": _text("POLICY:VERSION:SNAPSHOT, in one field.", null=True),
    "optimality_gap": _field(
        "number", "By how much the arm's score was below the best one.", null=True
    ),
    "subject_numeric": {"description": "Numeric attributes of the subject.", **_NUMERIC},
    "subject_categorical": {"description": "Its categorical ones.", **_CATEGORICAL},
    "action_numeric": {"description": "Numeric attributes of the chosen action.", **_NUMERIC},
    "action_categorical": {"description": "Its categorical ones.", **_CATEGORICAL},
    "actions": {
        "description": "Attributes of every action there was, with `attributes: all`.",
        "type": ["object", "null"],
        "additionalProperties": {
            "type": "object",
            "properties": {"numeric": _NUMERIC, "categorical": _CATEGORICAL},
            "required": ["numeric", "categorical"],
            "additionalProperties": False,
        },
    },
    "features": _field("string", "The encoded attributes, from which is learnt.", null=True),
}

_REWARD: Described = {
    "kind": {"description": "What the event tells of.", "const": "reward"},
    "decision_id": _text("Id of the decision it belongs to; null if there is none.", null=True),
    "goal": _text("Name under which it is counted."),
    "amount": _field("number", "The number; null if what came was none.", null=True),
    "once": _field("boolean", "Only the first of a decision and goal is counted."),
    "arm": _text("Name of the decision's arm.", null=True),
    "propensity": _field("number", "The probability of the draw.", null=True, **_SHARE),
    "cohort": _field("integer", "The decision's cohort, under which it is counted.", null=True),
    "delay": _field("number", "Seconds from the decision, whole ones, to the reward.", null=True),
    "unit": _field(
        "number",
        "The amount mapped into [0, 1], if the policy learns from it.",
        null=True,
        **_SHARE,
    ),
    "clipped": _field("boolean", "The amount was outside of what the policy learns from."),
    "holdout": _field("boolean", "The decision's subject is in the holdout."),
}


_IDENTITY: Described = {
    "kind": {"description": "What the event tells of.", "const": "identity"},
    **{name: _COMMON[name] for name in ("schema", "event_id", "timestamp", "subject", "truncated")},
    "known": _text("Who the device belongs to from now on, shown as subjects are.", null=True),
    "conflicts": {
        "description": "Experiments in which the device was shown another arm until now.",
        "type": "array",
        "items": {"type": "string"},
    },
}


def log_schema() -> dict[str, Any]:
    """Return the JSON Schema, draft 2020-12, of one line of the decision log."""
    kinds = {
        "decision": {**_COMMON, **_DECISION},
        "reward": {**_COMMON, **_REWARD},
        "identity": _IDENTITY,
    }
    return {
        "$schema": _DRAFT,
        "title": "banditware decision log",
        "oneOf": [{"$ref": f"#/$defs/{name}"} for name in kinds],
        "$defs": {name: _object(fields) for name, fields in kinds.items()},
    }


def _object(fields: Described) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": fields,
        "required": list(fields),
        "additionalProperties": False,
    }
