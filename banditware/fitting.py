"""What banditware learnt, as a file of Eppo's bandit models: any of Eppo's SDKs can then serve it.

Eppo's models are linear for each action, as ours are with `model: per-arm`. What cannot be said in
such a file is refused; what it says a little differently is told as a note.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import isfinite
from typing import Any, NamedTuple

from banditware.contextual.choosing import Chooser
from banditware.contextual.encoding import Categorical, Column, Numeric
from banditware.contextual.features import MISSING, OTHER
from banditware.contextual.policies.igw import InverseGapWeighting
from banditware.snapshot import ExperimentSnapshot

#: What Eppo calls the model family of inverse gap weighting.
_FAMILY = "falcon"

Weights = Mapping[str, float]


class UnfittableError(ValueError):
    """An experiment that Eppo's models cannot express; the message says why, and the mend."""


class Fitted(NamedTuple):
    """A file of bandit models.

    Attributes:
        models: the file's content.
        notes: what it says a little differently.
    """

    models: dict[str, Any]
    notes: tuple[str, ...]


def fitted(snapshots: Iterable[ExperimentSnapshot], *, now: str) -> Fitted:
    """Return bandit models for experiments; each bandit has the experiment's name.

    Args:
        snapshots: contextual experiments with policy `igw` and a model per arm.
        now: time of the file, RFC 3339.

    Raises:
        UnfittableError: an experiment cannot be expressed.
    """
    bandits: dict[str, Any] = {}
    notes: list[str] = []
    for snapshot in snapshots:
        chooser, policy = _fittable(snapshot)
        experiment = snapshot.experiment
        notes += [f"{experiment.name}: {note}" for note in _notes(chooser)]
        names = {arm.name for arm in experiment.arms} | {*chooser.model.weights}
        bandits[experiment.name] = {
            "banditKey": experiment.name,
            "modelName": _FAMILY,
            "updatedAt": now,
            "modelVersion": f"{experiment.ledger}-{max(0, snapshot.version)}",
            "modelData": _data(chooser, policy, sorted(names)),
        }
    models = {"updatedAt": now, "environment": {"name": "banditware"}, "bandits": bandits}
    return Fitted(models, tuple(notes))


def _fittable(snapshot: ExperimentSnapshot) -> tuple[Chooser, InverseGapWeighting]:
    experiment, chooser = snapshot.experiment, snapshot.chooser
    if chooser is None or experiment.context is None:
        raise UnfittableError(
            f"{experiment.name} learns from no context: Eppo's bandits need a `context`"
        )
    policy = experiment.context.policy
    if not isinstance(policy, InverseGapWeighting):
        raise UnfittableError(f"{experiment.name} has policy {policy.name}: Eppo serves igw alone")
    if experiment.context.shared:
        raise UnfittableError(
            f"{experiment.name} has one model for all arms, and Eppo has one for each: "
            "use `model: per-arm`"
        )
    if chooser.model.encoder.schema.hashed:
        raise UnfittableError(
            f"{experiment.name} hashes attributes that are not declared, which Eppo does not: "
            "declare them, and set `hashed: 0`"
        )
    return chooser, policy


def _data(chooser: Chooser, policy: InverseGapWeighting, names: Iterable[str]) -> dict[str, Any]:
    model = chooser.model
    return {
        "gamma": policy.gamma_of(model.evidence),
        "actionProbabilityFloor": policy.floor,
        "defaultActionScore": model.unknown.by_feature[""],
        "coefficients": {name: _coefficients(chooser, name) for name in names},
    }


def _coefficients(chooser: Chooser, name: str) -> dict[str, Any]:
    weights, encoder = chooser.model.coefficients(name), chooser.model.encoder
    return {
        "actionKey": name,
        "intercept": weights[""],
        "actionNumericCoefficients": _slopes(encoder.action, weights),
        "actionCategoricalCoefficients": _levels(encoder.action, weights),
        "subjectNumericCoefficients": _slopes(encoder.subject, weights),
        "subjectCategoricalCoefficients": _levels(encoder.subject, weights),
    }


def _slopes(columns: Iterable[Column], weights: Weights) -> list[dict[str, Any]]:
    return [
        {
            "attributeKey": column.name,
            "coefficient": weights.get(column.key, 0.0),
            "missingValueCoefficient": weights.get(column.key + MISSING, 0.0),
        }
        for column in columns
        if isinstance(column, Numeric)
    ]


def _levels(columns: Iterable[Column], weights: Weights) -> list[dict[str, Any]]:
    return [
        {
            "attributeKey": column.name,
            "valueCoefficients": {
                level: weights.get(key, 0.0) for level, key in sorted(column.levels.items())
            },
            "missingValueCoefficient": weights.get(column.key + MISSING, 0.0),
        }
        for column in columns
        if isinstance(column, Categorical)
    ]


def _notes(chooser: Chooser) -> Iterable[str]:
    """Yield what Eppo's SDKs will see a little differently."""
    encoder = chooser.model.encoder
    known = [weights.by_feature for weights in chooser.model.weights.values()]
    for column in (*encoder.subject, *encoder.action):
        if isinstance(column, Numeric):
            if isfinite(column.low) or isfinite(column.high):
                yield f"values of {column.name!r} outside of its range are not cut"
        elif any(
            each.get(column.key + OTHER, 0.0) != each.get(column.key + MISSING, 0.0)
            for each in known
        ):
            yield f"an unknown level of {column.name!r} counts as missing"


def flags(names: Iterable[str], *, now: str) -> dict[str, Any]:
    """Return a file of Eppo's flags with one flag for each bandit, which serves it to everybody.

    Args:
        names: names of the bandits; each flag has the name of its bandit.
        now: time of the file, RFC 3339.
    """
    bandits = list(names)
    return {
        "createdAt": now,
        "format": "SERVER",
        "environment": {"name": "banditware"},
        "flags": {name: _flag(name) for name in bandits},
        "bandits": {name: [_reference(name)] for name in bandits},
    }


def _flag(name: str) -> dict[str, Any]:
    return {
        "key": name,
        "enabled": True,
        "variationType": "STRING",
        "variations": {name: {"key": name, "value": name}},
        "allocations": [
            {"key": "all", "splits": [{"variationKey": name, "shards": []}], "doLog": True}
        ],
        "totalShards": 10_000,
    }


def _reference(name: str) -> dict[str, Any]:
    return {"key": name, "flagKey": name, "variationKey": name, "variationValue": name}
