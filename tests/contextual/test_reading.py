"""Tables of attributes; what they give is checked against encoded vectors in `test_models`."""

from __future__ import annotations

import math
import random

import pytest

from banditware.contextual.attributes import Attribute, Schema
from banditware.contextual.encoding import encoder
from banditware.contextual.models import Recipe, fit
from banditware.contextual.moments import Moments, expanded, merged, observed
from tests.contextual import cases


@pytest.mark.parametrize("shared", [False, True])
def test_undeclared_attributes_of_actions_and_levels_alone(shared: bool) -> None:
    """Hashed features of an action count, and many arms with no number at all are scored."""
    schema = Schema((Attribute("country", "categorical", ("GB", "US")),), hashed=3)
    encode = encoder(schema, {}).features
    generator = random.Random(4)
    parts: dict[str, list[Moments]] = {}
    for _ in range(300):
        context = {"country": generator.choice(["GB", "US", "FR"])}
        own = {"colour": generator.choice(["red", "blue", 3])}
        features = encode(context, own)
        reward = float(own["colour"] == "red") + generator.random()
        parts.setdefault(generator.choice("ABCDEF"), []).append(
            observed(expanded(features) if shared else features, reward)
        )
    sums = {arm: merged(each) for arm, each in parts.items()}
    model = fit(schema, sums, vocabulary={}, recipe=Recipe(shared))
    contexts: list[dict[str, object]] = [{"country": "GB"}, {"country": []}, {}]
    for given in contexts:
        actions = {arm: {"colour": "red" if arm < "D" else "blue"} for arm in "ABCDEF"}
        terms = [model.terms(given, arm, own) for arm, own in actions.items()]
        scores = model.scores(given, actions)
        assert cases.close(scores, [math.fsum(each.values()) for each in terms])
        assert min(scores[:3]) > max(scores[3:])


@pytest.mark.parametrize("arms", ["A", "AB", "ABC", "ABCD", "ABCDE"])
def test_any_number_of_arms(arms: str) -> None:
    """However many sums there are, numbers that are new, known, missing or odd add the same."""
    schema = Schema((Attribute("age", "numeric"), Attribute("country", "categorical", ("GB",))))
    generator = random.Random(6)
    sums = {
        arm: merged(
            observed({"age": generator.random(), "country(GB": 1.0}, generator.random())
            for _ in range(50)
        )
        for arm in arms
    }
    model = fit(schema, sums, vocabulary={})
    actions: dict[str, dict[str, object]] = {arm: {} for arm in arms}
    for age in (2.5, 2.5, 0.1 + 0.2, None, "7", True, math.nan):
        given = {"age": age, "country": "GB"}
        terms = [math.fsum(model.terms(given, arm, {}).values()) for arm in arms]
        assert cases.close(model.scores(given, actions), terms)
