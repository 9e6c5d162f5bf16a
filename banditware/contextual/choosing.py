"""What a contextual experiment decides by: a model, a policy, and the levels that are known.

Made at every refresh, off the request path; a decision only scores, weighs and draws.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from banditware.contextual.encoding import Given, lookable
from banditware.contextual.evidence import Weigh
from banditware.contextual.features import MOST_LEVELS
from banditware.contextual.ledger import Shares, first_seen, moments
from banditware.contextual.models import Model, Recipe, fit
from banditware.contextual.scoring import Actions, Own, Scorer
from banditware.counts import Fields
from banditware.model import SHARED, Context

#: So many sets of actions are kept at hand.
_KEPT = 512

#: The action that was drawn, its propensity, by how much its score is below the best one, and the
#: features of the subject and of the action as text.
Choice = tuple[str, float, float, str]


@dataclass(slots=True)
class Chooser:
    """Chooses among actions by what was learnt until a snapshot.

    Attributes:
        model: what was learnt.
        weigh: from scores to a probability for every action.
        uncertain: whether `weigh` reads the standard errors of the scores.
        scorers: what scores the actions of earlier decisions, by their names.
        last: the one of the last decision; most have the same actions again.
    """

    model: Model
    weigh: Weigh
    uncertain: bool
    scorers: dict[tuple[str, ...], Scorer] = field(default_factory=dict, repr=False, compare=False)
    last: Scorer | None = field(default=None, repr=False, compare=False)
    _seen: dict[str, int] = field(default_factory=dict, repr=False, compare=False)

    def scorer(self, names: tuple[str, ...]) -> Scorer:
        """Return what scores actions with these names."""
        found = self.scorers.get(names)
        if found is None:
            if len(self.scorers) >= _KEPT:
                self.scorers.clear()
            found = self.scorers[names] = self.model.scorer(names)
        return found

    def choose(self, scorer: Scorer, own: Own, context: Given, uniform: float) -> Choice:
        """Return what a uniform number in [0, 1) draws from at least one action.

        Args:
            scorer: scores the actions.
            own: what it found in their attributes.
            context: the subject's attributes.
            uniform: the number.
        """
        try:
            scores, text = scorer.look(context, own.adds)
        except TypeError:  # a value that cannot be looked up, such as a list: it is missing
            scores, text = scorer.look(lookable(context), own.adds)
        errors = self.model.errors(context, own.actions) if self.uncertain else ()
        shares = self.weigh(scores, errors)
        for at, share in enumerate(shares):  # noqa: B007  # read after the loop
            uniform -= share
            if uniform < 0.0:
                break
        else:
            at = shares.index(max(shares))  # what rounding has left
        name = scorer.names[at]
        part = own.texts[at]
        if part is None:
            part = own.texts[at] = self.model.text.action(own.actions[name])
        return name, shares[at], max(scores) - scores[at], (text + part)[1:]

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
    policy = context.policy
    return Chooser(model, policy.weigher(model.evidence), policy.uncertain)
