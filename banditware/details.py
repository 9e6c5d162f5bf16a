"""Why a decision is what it is: the values that tell it, to people and to programs.

`Bandit.decide(details=True)`, `Visit.why` and `banditware why` give them. A subject's attributes
are among them: keep them as private as those.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from banditware.plain import plain
from banditware.telling import text

_NOTHING: Mapping[str, Any] = MappingProxyType({})


class Answer(NamedTuple):
    """What one condition found.

    Attributes:
        rule: which list of conditions it stands in, from 1: all of one list have to hold.
        attribute: the attribute's name.
        operator: what is asked of it.
        value: what it is compared with.
        found: the attribute's value; None if it is missing.
        holds: True if the condition holds.
    """

    rule: int
    attribute: str
    operator: str
    value: Any
    found: Any
    holds: bool


class Rule(NamedTuple):
    """A rule that was tried.

    Attributes:
        name: the key of the configuration behind it, such as `only_if`, `holdout` and `sticky`.
        asked: what it asks.
        found: what it found.
        reason: the reason of the decision that comes of it; empty if the rule was passed, and the
            next one was tried.
        answers: the conditions it consists of.
    """

    name: str
    asked: str
    found: str
    reason: str = ""
    answers: tuple[Answer, ...] = ()

    @property
    def passed(self) -> bool:
        """True if nothing came of it, so that the next rule was tried."""
        return not self.reason

    def as_dict(self) -> dict[str, Any]:
        """Return it as a mapping, with what comes of it."""
        return {**self._asdict(), "passed": self.passed}


class Weighed(NamedTuple):
    """An arm, or an action, that can be drawn.

    Attributes:
        arm: its name.
        probability: that with which it is drawn.
        pulls: its matured pulls, as policies count them; see `banditware.maturity`.
        rewards: how many rewards of the experiment's goal it earned.
        mean: their sum per matured pull; None without pulls.
        known: what else the policy reads, by name: `best`, the probability that the arm is the
            best; `bound`, its upper confidence bound; `before_floor`, its share before every arm
            gets its floor.
        score: the expected reward in this context; None in an experiment without context.
        gap: by how much the score is below the best one; None likewise.
        error: the standard error of the score; None where the policy does not read it.
        terms: what every feature adds to the score; see `banditware.contextual.features` for the
            names, of which the intercept's is empty.
        attributes: what the policy was told of the action.
    """

    arm: str
    probability: float
    pulls: float
    rewards: int
    mean: float | None
    known: Mapping[str, float] = _NOTHING
    score: float | None = None
    gap: float | None = None
    error: float | None = None
    terms: Mapping[str, float] = _NOTHING
    attributes: Mapping[str, Any] = _NOTHING


class Unavailable(NamedTuple):
    """An arm that could not be drawn, and why.

    Attributes:
        arm: its name.
        answers: the conditions of its `available`.
    """

    arm: str
    answers: tuple[Answer, ...]


class Details(NamedTuple):
    """Why a decision is what it is. As text, it is for people.

    Attributes:
        experiment: name of the experiment.
        version: its version.
        policy: name of its policy.
        snapshot: the store's version of the counts that explain it; -1 if none were read.
        decided: True for a decision that was made, False for what would be decided.
        reason: the reason of the decision: `drawn`, `sticky`, or what kept it from being drawn.
        why: the same in a sentence.
        arm: name of the arm; None if a draw would decide.
        value: its value.
        propensity: the probability with which it was drawn; None if a draw would decide.
        id: the decision's id; empty if it was not drawn.
        subject: the subject's opaque id; None without one.
        context: the attributes that were known of the subject.
        rules: the rules that were tried, in their order; the last one may have settled it.
        arms: what is drawn from, or would be if no rule settled it.
        unavailable: arms that could not be drawn.
        model: what a contextual policy knows beside the scores: `pulls`, `deviation`, `features`
            and `batch`, as `banditware.contextual.evidence` has them.
    """

    experiment: str
    version: str
    policy: str
    snapshot: int = -1
    decided: bool = True
    reason: str = "drawn"
    why: str = ""
    arm: str | None = None
    value: Any = None
    propensity: float | None = None
    id: str = ""
    subject: str | None = None
    context: Mapping[str, Any] = _NOTHING
    rules: tuple[Rule, ...] = ()
    arms: tuple[Weighed, ...] = ()
    unavailable: tuple[Unavailable, ...] = ()
    model: Mapping[str, float] = _NOTHING

    def as_dict(self) -> dict[str, Any]:
        """Return all of it as JSON has it, whatever an app put into its attributes."""
        found: dict[str, Any] = plain(self._asdict())
        return found

    def __str__(self) -> str:
        return text(self)
