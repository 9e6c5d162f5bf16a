"""The model of a contextual experiment: fitted from sums, scores actions from attributes.

Off the request path `fit` makes a `Model` from the moments of all arms; it is immutable, and a
request reads its tables. There are two forms. Every arm has weights of its own for the subject's
features and for those of its own attributes; or one set of weights is for all, over the features of
the action, of the subject, and their products, so that an action never shown is scored by its
attributes.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import NamedTuple

from banditware.contextual import indexing, reading, uncertainty
from banditware.contextual.attributes import Schema
from banditware.contextual.design import INTERCEPT, Design, design
from banditware.contextual.encoding import Encoder, Given, encoder, lookable
from banditware.contextual.evidence import Evidence
from banditware.contextual.features import TIMES, Vocabulary
from banditware.contextual.moments import Moments, expanded, merged
from banditware.contextual.regression import Regression, Weights
from banditware.contextual.scoring import Scorer, arms_scorer, shared_scorer
from banditware.contextual.solving import algebra
from banditware.contextual.writing import Writer, writer

#: The most columns of a model: what a refresh can afford in pure Python, and with numpy.
MOST_COLUMNS = 64
MOST_COLUMNS_NUMPY = 128

#: So many arms' tables are kept, over all sets of actions that callers have asked for.
_KEPT_ARMS = 4_096


class Recipe(NamedTuple):
    """How a model is fitted.

    Attributes:
        shared: one set of weights for all actions instead of one per arm.
        uncertain: also know the standard errors of scores.
        ridge: what is believed beforehand, in pulls; see `Regression`.
        numpy: use numpy where it pays; None uses it if it is installed.
    """

    shared: bool = False
    uncertain: bool = False
    ridge: float = 1.0
    numpy: bool | None = None


#: One model per arm.
PLAIN = Recipe()


@dataclass(frozen=True, slots=True)
class Model:
    """What was learnt; frozen, and shared by all threads.

    Attributes:
        encoder: how contexts are encoded.
        design: the columns.
        shared: one set of weights for all actions.
        weights: what is known of every arm; of a shared model, under the empty name.
        unknown: what is known of any other action.
        evidence: what policies want to know of the model.
        notes: how often something went wrong: `dropped` columns, `ridge`, `means`.
        text: writes the features of a decision; where they have `('o` in them, `encoder.unseen`
            may know new levels.
    """

    encoder: Encoder
    design: Design
    shared: bool
    weights: Mapping[str, Weights]
    unknown: Weights
    evidence: Evidence
    notes: Mapping[str, int]
    text: Writer
    _scorers: dict[tuple[str, ...], Scorer] = field(default_factory=dict, repr=False, compare=False)

    def scores(self, context: Given, actions: Mapping[str, Given]) -> list[float]:
        """Return the expected reward of every action, in the order of `actions`.

        Args:
            context: the subject's attributes.
            actions: the attributes of each available action, by its name.
        """
        scorer = self.scorer(tuple(actions))
        adds = scorer.own(actions).adds
        try:
            return scorer.look(context, adds)[0]
        except TypeError:  # as in `Chooser.choose`
            return scorer.look(lookable(context), adds)[0]

    def scorer(self, names: tuple[str, ...]) -> Scorer:
        """Return what scores these actions; it is made once and kept."""
        found = self._scorers.get(names)
        if found is None:
            made = self._shared_scorer if self.shared else self._arms_scorer
            found = made(names)
            if sum(map(len, self._scorers)) + len(names) > _KEPT_ARMS:
                self._scorers.clear()
            self._scorers[names] = found
        return found

    def errors(self, context: Given, actions: Mapping[str, Given]) -> list[float]:
        """Return the standard error of every score; only of a model that knows its uncertainty."""
        known = [self._known(name).uncertainty for name in actions]
        deviation = self.evidence.deviation
        variances = uncertainty.variances(
            self.encoder, self.design, context, tuple(actions.values()), known
        )
        return [deviation * math.sqrt(max(0.0, variance)) for variance in variances]

    def coefficients(self, name: str) -> Mapping[str, float]:
        """Return the weight of every feature for an action; the intercept's key is empty."""
        return self._known(name).by_feature

    def terms(self, context: Given, name: str, attributes: Given) -> dict[str, float]:
        """Return what every feature adds to an action's score; they sum to the score."""
        features = self.encoder.features(context, attributes)
        if self.shared:
            features = expanded(features)
        weights = self.coefficients(name)
        found = {key: weights[key] * value for key, value in features.items() if key in weights}
        return {INTERCEPT: weights[INTERCEPT], **found}

    def _known(self, name: str) -> Weights:
        return self.weights.get(INTERCEPT if self.shared else name, self.unknown)

    def _arms_scorer(self, names: tuple[str, ...]) -> Scorer:
        """Return the scorer of arms with weights of their own."""
        known = [self._known(name).by_feature for name in names]
        subject = reading.table(self.encoder, known, self.text)
        where = indexing.index(self.encoder, self.design.features())
        own = [[*(weights.get(key, 0.0) for key in where.keys), 0.0] for weights in known]
        return arms_scorer(names, where, subject, own)

    def _shared_scorer(self, names: tuple[str, ...]) -> Scorer:
        """Return the scorer of a shared model: the subject's weights for an action's features."""
        weights = self._known(INTERCEPT).by_feature
        where = indexing.index(
            self.encoder, [key.rpartition(TIMES)[2] for key in self.design.features()]
        )
        given = [_given_action(weights, key) for key in where.keys]
        subject = reading.table(self.encoder, given, self.text)
        return shared_scorer(names, where, subject)


def fit(
    schema: Schema,
    moments: Mapping[str, Moments],
    *,
    vocabulary: Vocabulary,
    recipe: Recipe = PLAIN,
    batch: float = 1.0,
) -> Model:
    """Return the model that these sums say.

    Args:
        schema: the declared attributes; features of others in the sums are left out.
        moments: the sums of every arm; of a shared model with the features `expanded`.
        vocabulary: the first seen levels of open categorical attributes.
        recipe: how it is fitted.
        batch: decisions expected until the next snapshot, over all processes.
    """
    encodes = encoder(schema, vocabulary)
    pooled = merged(moments[arm] for arm in sorted(moments))
    numpy = find_spec("numpy") is not None if recipe.numpy is None else recipe.numpy
    most = MOST_COLUMNS_NUMPY if numpy else MOST_COLUMNS
    columns = design(encodes, pooled, shared=recipe.shared, most=most)
    mean, deviation = _spread(pooled)
    fastest = algebra(len(columns.columns), numpy=numpy)
    regression = Regression(columns, mean, recipe.ridge, fastest, recipe.uncertain)
    parts = {INTERCEPT: pooled} if recipe.shared else moments
    weights = {arm: regression.weights(part) for arm, part in parts.items()}
    notes = Counter(each.note for each in weights.values() if each.note)
    notes["dropped"] = columns.dropped
    evidence = Evidence(max(0.0, pooled.pulls), deviation, len(columns.columns), max(1.0, batch))
    return Model(
        encodes,
        columns,
        recipe.shared,
        weights,
        regression.nothing(),
        evidence,
        +notes,
        writer(encodes),
    )


def _spread(pooled: Moments) -> tuple[float, float]:
    """Return the mean and the standard deviation of a reward over all arms."""
    if pooled.pulls <= 0.0:
        return 0.0, 0.0
    mean = pooled.total / pooled.pulls
    square = pooled.squares / pooled.pulls
    variance = square - mean * mean
    return mean, math.sqrt(variance) if variance > 1e-12 * square else 0.0


def _given_action(weights: Mapping[str, float], action: str) -> dict[str, float]:
    """Return the subject's weights for one feature of the action; of the intercept, the plain."""
    if not action:
        return {
            key: value for key, value in weights.items() if "'" not in key[:1] and TIMES not in key
        }
    found = {INTERCEPT: weights.get(action, 0.0)}
    for key, value in weights.items():
        subject, times, of = key.partition(TIMES)
        if times and of == action:
            found[subject] = value
    return found
