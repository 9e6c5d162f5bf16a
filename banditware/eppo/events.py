"""Events of assignments and of bandits' actions, with the fields of Eppo's SDKs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from banditware.eppo.attributes import ContextAttributes, loggable
from banditware.eppo.evaluation import Evaluation, Subject
from banditware.eppo.models import BanditModel
from banditware.eppo.scoring import Chosen
from banditware.eppo.times import written

Event = dict[str, Any]


def assignment_event(
    evaluation: Evaluation, subject: Subject, *, now: int, about: Mapping[str, str]
) -> Event | None:
    """Return the event of an assignment, or None if there is none or it is not to be logged.

    Args:
        evaluation: what the flag said.
        subject: for whom.
        now: when, in nanoseconds since 1970.
        about: which software writes the event.
    """
    flag, split = evaluation.flag, evaluation.split
    if flag is None or split is None or evaluation.value is None:
        return None
    allocation = evaluation.looks[-1].allocation
    if not allocation.logged:
        return None
    return {
        "featureFlag": flag.key,
        "allocation": allocation.key,
        "experiment": f"{flag.key}-{allocation.key}",
        "variation": split.variation,
        "metaData": dict(about),
        **split.extra,
        "subject": subject.key,
        "subjectAttributes": loggable(subject.attributes),
        "timestamp": written(now),
    }


def bandit_event(
    names: tuple[str, str, str], chosen: Chosen, model: BanditModel, *, now: int
) -> Event:
    """Return the event of an action, still without attributes.

    Args:
        names: the flag, the bandit and the subject.
        chosen: the action.
        model: what chose it.
        now: when, in nanoseconds since 1970.
    """
    flag, bandit, subject = names
    return {
        "flagKey": flag,
        "banditKey": bandit,
        "subject": subject,
        "action": chosen.action,
        "actionProbability": chosen.probability,
        "optimalityGap": chosen.gap,
        "modelVersion": model.version,
        "timestamp": written(now, "+00:00"),
    }


def attribute_fields(subject: ContextAttributes, action: ContextAttributes) -> Event:
    """Return the attributes of subject and action as the event of an action has them."""
    return {
        "subjectNumericAttributes": loggable(subject.numeric),
        "subjectCategoricalAttributes": loggable(subject.categorical),
        "actionNumericAttributes": loggable(action.numeric),
        "actionCategoricalAttributes": loggable(action.categorical),
    }
