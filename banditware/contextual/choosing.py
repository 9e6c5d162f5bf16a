"""What a contextual experiment decides by: a model, a policy, and the levels that are known.

Made at every refresh, off the request path; a decision only scores, weighs and draws.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from banditware.contextual.encoding import Given
from banditware.contextual.evidence import Weigh
from banditware.contextual.features import MOST_LEVELS
from banditware.contextual.ledger import Shares, first_seen, moments
from banditware.contextual.models import Model, Recipe, Scorer, fit
from banditware.counts import Fields
from banditware.model import SHARED, Context, Kind

#: Attributes by action, in the order in which they are drawn from.
Actions = Mapping[str, Given]


#: So many sets of actions are kept at hand.
_KEPT = 512


#: Types whose values are of a kind, whatever they are; NaN and infinities are missing.
_PLAIN: dict[Kind, frozenset[type]] = {
    "numeric": frozenset({float, int}),
    "categorical": frozenset({str}),
}


class Choice(NamedTuple):
    """What was drawn.

    Attributes:
        action: the action's name.
        propensity: the probability with which it was drawn.
        gap: by how much its score is below the best one.
        features: the encoded vector of the subject and the action, as text.
    """

    action: str
    propensity: float
    gap: float
    features: str


@dataclass(frozen=True, slots=True)
class Chooser:
    """Chooses among actions by what was learnt until a snapshot.

    Attributes:
        model: what was learnt.
        weigh: from scores to a probability for every action.
        uncertain: whether `weigh` reads the standard errors of the scores.
        kinds: the declared attributes of actions, with the types that need no closer look.
        scorers: what scores the actions of earlier decisions, by their names.
    """

    model: Model
    weigh: Weigh
    uncertain: bool
    kinds: tuple[tuple[str, frozenset[type]], ...] = ()
    scorers: dict[tuple[str, ...], Scorer] = field(default_factory=dict, repr=False, compare=False)
    _seen: dict[str, int] = field(default_factory=dict, repr=False, compare=False)

    def choose(self, context: Given, actions: Actions, uniform: float) -> Choice:
        """Return what a uniform number in [0, 1) draws from at least one action."""
        names = tuple(actions)
        score = self.scorers.get(names)
        if score is None:
            if len(self.scorers) >= _KEPT:
                self.scorers.clear()
            score = self.scorers[names] = self.model.scorer(names)
        scores = score(context, tuple(actions.values()))
        errors = self.model.errors(context, actions) if self.uncertain else ()
        shares = self.weigh(scores, errors)
        for at, share in enumerate(shares):  # noqa: B007  # read after the loop
            uniform -= share
            if uniform < 0.0:
                break
        else:
            at = shares.index(max(shares))  # what rounding has left
        name = names[at]
        text = self.model.text(context, actions[name])
        return Choice(name, shares[at], max(scores) - scores[at], text)

    def plain(self, actions: Actions) -> bool:
        """Return True if every declared attribute of all actions is there, and of its kind."""
        kinds = self.kinds
        for attributes in actions.values():
            for name, plain in kinds:
                if attributes.get(name).__class__ not in plain:
                    return False
        return True

    def weighed(self, context: Given, actions: Actions) -> tuple[list[float], tuple[float, ...]]:
        """Return the score and the probability of every action, in their order."""
        scores = self.model.scores(context, actions)
        errors = self.model.errors(context, actions) if self.uncertain else ()
        return scores, tuple(self.weigh(scores, errors))

    def unseen(self, context: Given, attributes: Given) -> list[str]:
        """Return the levels to record as first seen.

        A process records few new ones until the next snapshot, however many it is sent.
        """
        fresh = []
        for key in self.model.encoder.unseen(context, attributes):
            attribute = key.partition("(")[0]
            number = self._seen.get(attribute, 0)
            if key in self._seen or number < MOST_LEVELS:
                if key not in self._seen:
                    self._seen[attribute] = number + 1
                    self._seen[key] = 0
                fresh.append(key)
        return fresh


def chooser(
    context: Context, fields: Fields, shares: Shares, *, goal: str, batch: float
) -> Chooser:
    """Return what a contextual experiment decides by, from one reading of its counts.

    Args:
        context: what it learns from, and its policy.
        fields: the counts.
        shares: how far pulls have matured.
        goal: the goal that the policy maximises.
        batch: decisions expected until the next snapshot, over all processes.
    """
    sums = moments(fields, shares, goal=goal)
    shared = sums.pop(SHARED)
    model = fit(
        context.schema,
        {SHARED: shared} if context.shared else sums,
        vocabulary=first_seen(fields),
        recipe=Recipe(shared=context.shared, uncertain=context.policy.uncertain),
        batch=batch,
    )
    kinds = tuple((each.name, _PLAIN[each.kind]) for each in context.schema.action)
    policy = context.policy
    return Chooser(model, policy.weigher(model.evidence), policy.uncertain, kinds)
