"""The rules of a decision, tried one by one to tell what each of them found.

Nothing is decided here, and nothing counted: the same functions are asked that decide.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from random import Random
from typing import Any

from banditware import targeting as who
from banditware.contexts import Given, weighed
from banditware.counts import HOLDOUT
from banditware.details import Answer, Rule, Unavailable
from banditware.errors import ContextError
from banditware.model import Basis, Decision, Experiment
from banditware.snapshot import ExperimentSnapshot
from banditware.tokens import Assignment


@dataclass(frozen=True, slots=True)
class Asked:
    """A question: would an arm of an experiment be drawn, and which?

    Attributes:
        snapshot: the experiment.
        given: what is known of the subject, and the actions, if any were given.
        now: seconds since the epoch.
        decision: what was decided; None if nothing was.
    """

    snapshot: ExperimentSnapshot
    given: Given
    now: float
    decision: Decision | None = None

    @property
    def experiment(self) -> Experiment:
        """The experiment."""
        return self.snapshot.experiment

    @property
    def context(self) -> Mapping[str, Any]:
        """What is known of the subject."""
        said = self.given.context
        return {**self.given.attributes, **(said if isinstance(said, Mapping) else {})}

    @property
    def attributes(self) -> Mapping[str, Any]:
        """What conditions are about."""
        return {"id": self.given.subject, **self.context}

    def basis(self) -> Basis:
        """Return what a draw in context has to go by: that of the decision, or of one now.

        Raises:
            ContextError: the context or the actions cannot be used.
        """
        if self.decision is not None and self.decision.basis.actions:
            return self.decision.basis
        # One more draw, which nobody sees: what decides says best what it cannot use.
        return weighed(self.snapshot, self.given, Random(0), now=self.now, seal=repr).basis


def settled(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """Return the rules up to the first that was not passed: nobody tries those behind it."""
    tried = []
    for rule in rules:
        tried.append(rule)
        if not rule.passed:
            break
    return tuple(tried)


def targeted(asked: Asked) -> Iterator[Rule]:
    """Yield the rules that say who takes part, and when."""
    targeting = asked.experiment.targeting
    if targeting is None:
        return
    if targeting.halted:
        yield Rule("control", "it is running", f"it is {targeting.halted}", targeting.halted)
    yield from _dates(targeting, asked.now)
    if targeting.rules:
        answers = answered(targeting.rules, asked.attributes)
        reason = "" if who.matches(targeting.rules, asked.attributes) else "not_targeted"
        lists = len(targeting.rules)
        question = "all conditions hold" if lists == 1 else f"all of one of {lists} lists hold"
        held = sum(answer.holds for answer in answers)
        found = f"{held} of {len(answers)} conditions hold"
        yield Rule("only_if", question, found, reason, answers)
    if targeting.share is not None:
        yield _share(targeting.share, asked)


def _dates(targeting: who.Targeting, now: float) -> Iterator[Rule]:
    found = f"it is {moment(now)}"
    if targeting.start > -_FOREVER:
        reason = "not_started" if now < targeting.start else ""
        yield Rule("start", f"from {moment(targeting.start)} on", found, reason)
    if targeting.end < _FOREVER:
        reason = "ended" if now >= targeting.end else ""
        yield Rule("end", f"before {moment(targeting.end)}", found, reason)


_FOREVER = float("inf")


def _share(share: who.Share, asked: Asked) -> Rule:
    subject = asked.given.subject
    if subject is not None:
        holds = share.holds(subject)
        found = f"{subject!r} is {'in' if holds else 'outside of'} that share"
    else:
        # Somebody new was taken, and nobody knows who.
        holds = asked.decision is None or asked.decision.reason not in who.HASHED
        found = "no subject, so somebody new is taken every time"
    part = sum(share.edges[1::2]) - sum(share.edges[::2])
    question = f"{100 * part / who.RANGE:.4g}% of the subjects take part"
    if share.reason == who.GROUP:
        question += " among the experiments of the group"
    return Rule(share.reason, question, found, "" if holds else share.reason)


def held(asked: Asked) -> Iterator[Rule]:
    """Yield the rule of the holdout, if there is one."""
    experiment, subject = asked.experiment, asked.given.subject
    if not experiment.holdout:
        return
    question = f"{100 * experiment.holdout:.4g}% of the subjects always get the default"
    if subject is None:
        yield Rule("holdout", question, "no subject, so none of them")
        return
    inside = who.in_holdout(subject, experiment.name, experiment.holdout)
    found = f"{subject!r} is {'one' if inside else 'none'} of them"
    yield Rule("holdout", question, found, "holdout" if inside else "")


def choosable(asked: Asked) -> Iterator[Rule]:
    """Yield the rule that there is something to choose from, where a context is asked for."""
    if asked.snapshot.chooser is None and asked.given.actions is None:
        return
    question = "the context can be used, and there is an action to choose"
    try:
        number = len(asked.basis().actions)
    except ContextError as error:
        yield Rule("context", question, str(error), error.reason)
    else:
        whole = len(asked.experiment.arms) if asked.given.actions is None else number
        yield Rule("context", question, f"{number} of {whole} can be drawn")


def remembered(assignment: Assignment | None, again: Decision | None) -> Rule:
    """Return the rule of stickiness.

    Args:
        assignment: what the cookie says of the experiment.
        again: what comes of it, if it may be served again.
    """
    question = "no assignment from before is served again"
    if assignment is None:
        return Rule("sticky", question, "there is none")
    arm = "the holdout" if assignment.arm == HOLDOUT else assignment.arm
    found = f"{arm} since {moment(assignment.time)}, drawn with {assignment.propensity:.4g}"
    if again is None:
        return Rule("sticky", question, f"{found}: its arm, its version or its time is over")
    return Rule("sticky", question, found, again.reason)


def answered(rules: who.Rules, attributes: Mapping[str, Any]) -> tuple[Answer, ...]:
    """Return what every condition of some rules finds in these attributes."""
    return tuple(
        Answer(
            number,
            condition.attribute,
            condition.operator,
            condition.value,
            attributes.get(condition.attribute),
            condition.holds(attributes),
        )
        for number, rule in enumerate(rules, 1)
        for condition in rule
    )


def unavailable(asked: Asked) -> tuple[Unavailable, ...]:
    """Return the arms of a contextual experiment that are not available, and why."""
    if asked.snapshot.chooser is None or asked.given.actions is not None:
        return ()
    attributes = asked.attributes
    return tuple(
        Unavailable(arm.name, answered(arm.available, attributes))
        for arm in asked.experiment.arms
        if arm.available and not who.matches(arm.available, attributes)
    )


def moment(seconds: float) -> str:
    """Return a time as text, to the second in UTC."""
    try:
        return f"{datetime.fromtimestamp(int(seconds), timezone.utc):%Y-%m-%dT%H:%M:%SZ}"
    except (OverflowError, ValueError, OSError):
        return f"{seconds:.0f} s"
