"""From what happened to an event: plain values, ready for JSON. `schema` says what they mean."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from datetime import datetime, timezone
from hashlib import blake2b
from typing import Any, Literal, NamedTuple

from banditware.counts import HOLDOUT
from banditware.crediting import to_unit
from banditware.events.attributes import number, split, text
from banditware.events.happened import Decided, Happened, Identified, Rewarded
from banditware.model import NO_BASIS, Basis

#: Raised when events change so that who reads them has to know.
SCHEMA = 1

Event = dict[str, Any]


class Shown(NamedTuple):
    """How much an event shows.

    Attributes:
        subject: the subject as it is, as a keyed hash, or not at all.
        attributes: those of the subject and of the chosen action, of all actions, or none.
        key: what subjects are hashed with.
    """

    subject: Literal["plain", "hashed", "none"] = "hashed"
    attributes: Literal["chosen", "all", "none"] = "chosen"
    key: bytes = b""


def key_of(secret: str) -> bytes:
    """Return the key for hashing subjects that belongs to a secret, and to no other use of it."""
    return hmac.digest(secret.encode(), b"banditware.log.v1", "sha256")


def describe(happened: Happened, shown: Shown, event_id: str) -> Event:
    """Return the event.

    Args:
        happened: what happened.
        shown: how much to show.
        event_id: the event's own id.
    """
    if isinstance(happened, Identified):
        return _identity(happened, shown, event_id)
    experiment = happened.experiment
    event: Event = {
        "schema": SCHEMA,
        "kind": "decision" if isinstance(happened, Decided) else "reward",
        "event_id": event_id,
        "timestamp": timestamp(happened.time),
        "experiment": experiment.name,
        "version": experiment.version,
        "policy": experiment.policy.name,
        "subject": shown_subject(happened.subject, shown),
    }
    if isinstance(happened, Decided):
        return {**event, **_decision(happened), **_basis(happened, shown), "truncated": []}
    return {**event, **_reward(happened), "truncated": []}


def _identity(identified: Identified, shown: Shown, event_id: str) -> Event:
    return {
        "schema": SCHEMA,
        "kind": "identity",
        "event_id": event_id,
        "timestamp": timestamp(identified.time),
        "subject": shown_subject(identified.subject, shown),
        "known": shown_subject(identified.known, shown),
        "conflicts": list(identified.conflicts),
        "truncated": [],
    }


def timestamp(time: float) -> str:
    """Return seconds since the epoch as RFC 3339 has them, in UTC, to the microsecond."""
    moment = datetime.fromtimestamp(time, timezone.utc)
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")


def shown_subject(subject: str | None, shown: Shown) -> str | None:
    """Return how a subject is shown; None if it is not."""
    if subject is None or shown.subject == "none":
        return None
    if shown.subject == "plain":
        return text(subject)
    named = str(subject).encode(errors="surrogatepass")
    return blake2b(named, key=shown.key, digest_size=16).hexdigest()


def _decision(decided: Decided) -> Event:
    experiment, decision = decided.experiment, decided.decision
    snapshot = decision.snapshot if decision.snapshot >= 0 else None
    model = f"{experiment.policy.name}:{experiment.version}:{snapshot}"
    return {
        "decision_id": decision.id or None,
        "arm": text(decision.arm),
        "propensity": decision.propensity,
        "reason": decision.reason,
        "counted": not decided.excluded and not decided.again,
        "excluded": decided.excluded or None,
        "cohort": experiment.cohort(decision.time) if decision.id else None,
        "snapshot": snapshot,
        "model_version": None if snapshot is None else model,
    }


def _basis(decided: Decided, shown: Shown) -> Event:
    """Return what the decision was based on, as far as it may be shown."""
    basis = decided.basis
    gap = None if basis is NO_BASIS else number(basis.gap)
    if shown.attributes == "none":
        basis = Basis()
    subject = split(basis.context)
    action = split(basis.actions.get(decided.decision.arm) or {})
    actions = _actions(basis.actions) if shown.attributes == "all" and basis.actions else None
    return {
        "optimality_gap": gap,
        "subject_numeric": subject.numeric,
        "subject_categorical": subject.categorical,
        "action_numeric": action.numeric,
        "action_categorical": action.categorical,
        "actions": actions,
        "features": basis.features or None,
    }


def _actions(actions: Mapping[str, Mapping[str, Any]]) -> Event:
    return {text(name): split(attributes)._asdict() for name, attributes in actions.items()}


def _reward(rewarded: Rewarded) -> Event:
    experiment, entry, reward = rewarded.experiment, rewarded.assignment, rewarded.reward
    counted = not rewarded.excluded
    goal = experiment.goal if reward.goal is None else text(reward.goal)
    unit, clipped = None, False
    if counted and entry is not None and goal == experiment.goal and entry.arm != HOLDOUT:
        unit, clipped = to_unit(float(reward.amount), experiment)
    event: Event = {
        "goal": goal,
        "amount": number(reward.amount),
        "once": bool(reward.once),
        "counted": counted,
        "excluded": rewarded.excluded or None,
        "unit": unit,
        "clipped": clipped,
        **dict.fromkeys(("decision_id", "arm", "propensity", "cohort", "delay")),
        "holdout": False,
    }
    if entry is not None:
        held = entry.arm == HOLDOUT
        event |= {
            "decision_id": entry.id or None,
            "arm": text(experiment.default if held else entry.arm),
            "propensity": entry.propensity,
            "cohort": experiment.cohort(entry.time),
            "delay": rewarded.time - entry.time,
            "holdout": held,
        }
        if counted:  # it is counted under the version that decided
            event["version"] = entry.version
    return event
