"""From a configuration to a variation and an action, both kinds of evaluation in one shape."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from banditware.eppo.attributes import ContextAttributes
from banditware.eppo.details import BanditSide, Setting
from banditware.eppo.evaluation import NO_CONFIGURATION, Evaluation, Subject, evaluated
from banditware.eppo.events import Event, assignment_event, attribute_fields, bandit_event
from banditware.eppo.scoring import choose
from banditware.eppo.values import STRING

if TYPE_CHECKING:  # it reads files, and nothing here does
    from banditware.eppo.configuration import Configuration


class Answer(NamedTuple):
    """What came of a flag, and of a bandit if one was asked.

    Attributes:
        setting: what was asked.
        evaluation: what the flag said; None if it was not asked.
        assignment: the event of the assignment, if there is one to log.
        variation: the variation's value; of a flag alone, None stands for the default.
        side: what the bandit says in details.
        action_event: the event of the bandit's action, if it chose one.
        warning: what is wrong with the files, if anything is.
    """

    setting: Setting
    evaluation: Evaluation | None
    assignment: Event | None = None
    variation: Any = None
    side: BanditSide = BanditSide()
    action_event: Event | None = None
    warning: str = ""


class Question(NamedTuple):
    """What is asked.

    Attributes:
        flag: key of the flag.
        subject: for whom.
        now: when, in nanoseconds since 1970.
        about: which software writes the events.
    """

    flag: str
    subject: Subject
    now: int
    about: Mapping[str, str]


def assigned(configuration: Configuration | None, question: Question, type_: str) -> Answer:
    """Return what a flag of that type says."""
    setting = _setting(configuration, question)
    if configuration is None:
        return Answer(setting, Evaluation(failure=NO_CONFIGURATION))
    flag, subject, now, about = question
    evaluation = evaluated(configuration.flags, flag, type_, subject, now=now)
    event = assignment_event(evaluation, subject, now=now, about=about)
    return Answer(setting, evaluation, event)


def acted(
    configuration: Configuration | None,
    question: Question,
    context: ContextAttributes,
    *,
    actions: Mapping[str, ContextAttributes],
    default: str,
) -> Answer:
    """Return what a flag says, and which action its bandit chooses if it leads to one."""
    if configuration is None:
        side = BanditSide("CONFIGURATION_MISSING")
        return Answer(_setting(None, question), None, variation=default, side=side)
    answer = assigned(configuration, question, STRING)
    evaluation = answer.evaluation
    value = evaluation and evaluation.value
    variation = default if value is None else value.stored
    answer = answer._replace(variation=variation)
    bandit = configuration.bandit_of(question.flag, variation)
    if bandit is None:
        return answer._replace(side=BanditSide("NON_BANDIT_VARIATION"))
    model = configuration.bandits.get(bandit)
    if model is None:
        side = BanditSide("UNEXPECTED_CONFIGURATION_ERROR", bandit)
        warning = f"the bandit {bandit!r} of flag {question.flag!r} has no model"
        return answer._replace(side=side, warning=warning)
    if not actions:
        return answer._replace(side=BanditSide("NO_ACTIONS_SUPPLIED_FOR_BANDIT", bandit))
    subject = question.subject.key
    chosen = choose(model, question.flag, subject, context, actions=actions)
    names = (question.flag, bandit, subject)
    event = {
        **bandit_event(names, chosen, model, now=question.now),
        **attribute_fields(context, actions[chosen.action]),
        "metaData": dict(question.about),
    }
    side = BanditSide("MATCH", bandit, chosen.action)
    return answer._replace(side=side, action_event=event)


def _setting(configuration: Configuration | None, question: Question) -> Setting:
    setting = Setting(question.flag, question.subject, question.now)
    if configuration is None:
        return setting
    return setting._replace(
        fetched=configuration.fetched,
        published=configuration.published,
        environment=configuration.environment,
    )
