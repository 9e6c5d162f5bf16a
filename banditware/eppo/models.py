"""Bandit models as they are evaluated, and how they are read from the file of models."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from banditware.eppo.fields import field, moment, number, within


@dataclass(frozen=True, slots=True)
class Slope:
    """What a numeric attribute adds: its value times `coefficient`, or `missing` without one."""

    attribute: str
    coefficient: float
    missing: float


@dataclass(frozen=True, slots=True)
class Levels:
    """What a categorical attribute adds: the coefficient of its text, or `missing`."""

    attribute: str
    coefficients: Mapping[str, float]
    missing: float


@dataclass(frozen=True, slots=True)
class ActionModel:
    """How an action scores.

    Attributes:
        intercept: what it scores by itself.
        subject_slopes: what numeric attributes of the subject add.
        subject_levels: what categorical attributes of the subject add.
        action_slopes: what numeric attributes of the action add.
        action_levels: what categorical attributes of the action add.
    """

    intercept: float
    subject_slopes: tuple[Slope, ...]
    subject_levels: tuple[Levels, ...]
    action_slopes: tuple[Slope, ...]
    action_levels: tuple[Levels, ...]


@dataclass(frozen=True, slots=True)
class BanditModel:
    """How a bandit chooses among actions.

    Attributes:
        version: the model's version, for the log.
        gamma: how strongly a lower score costs probability.
        floor: the least probability of an action, times the number of actions.
        default_score: score of an action without coefficients.
        actions: how each action scores.
    """

    version: str
    gamma: float
    floor: float
    default_score: float
    actions: Mapping[str, ActionModel]


def read_bandit(fields: Any) -> BanditModel:
    """Return the bandit of an entry of the file.

    Raises:
        UnreadableError: it is not one.
    """
    for name in ("banditKey", "modelName"):
        field(fields, name, str)
    moment(fields, "updatedAt")
    model = field(fields, "modelData", dict)
    actions = {}
    for name, each in field(model, "coefficients", dict).items():
        with within(f"modelData.coefficients.{name}"):
            actions[name] = _action(each)
    return BanditModel(
        version=field(fields, "modelVersion", str),
        gamma=number(model, "gamma"),
        floor=number(model, "actionProbabilityFloor"),
        default_score=number(model, "defaultActionScore"),
        actions=actions,
    )


def _action(fields: Any) -> ActionModel:
    field(fields, "actionKey", str)
    return ActionModel(
        number(fields, "intercept"),
        _slopes(fields, "subjectNumericCoefficients"),
        _levels(fields, "subjectCategoricalCoefficients"),
        _slopes(fields, "actionNumericCoefficients"),
        _levels(fields, "actionCategoricalCoefficients"),
    )


def _slopes(fields: Any, key: str) -> tuple[Slope, ...]:
    return tuple(
        Slope(
            field(each, "attributeKey", str),
            number(each, "coefficient"),
            number(each, "missingValueCoefficient"),
        )
        for each in field(fields, key, list)
    )


def _levels(fields: Any, key: str) -> tuple[Levels, ...]:
    levels = []
    for each in field(fields, key, list):
        coefficients = field(each, "valueCoefficients", dict)
        known = {level: number(coefficients, level) for level in coefficients}
        missing = number(each, "missingValueCoefficient")
        levels.append(Levels(field(each, "attributeKey", str), known, missing))
    return tuple(levels)
