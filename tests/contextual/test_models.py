"""Fitting and scoring."""

from __future__ import annotations

import math
import random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mabwiser.mab import MAB, LearningPolicy
from numpy.typing import NDArray

from banditware.contextual import models
from banditware.contextual.attributes import Attribute, Schema
from banditware.contextual.encoding import encoder
from banditware.contextual.models import Model, Recipe, fit
from banditware.contextual.moments import Moments, expanded, merged, observed
from tests.contextual import cases
from tests.contextual.cases import SCHEMA, VOCABULARY, Decision

RECIPES = [Recipe(), Recipe(shared=True)]

both = pytest.mark.parametrize("shared", [False, True], ids=["per arm", "shared"])

Floats = NDArray[np.float64]


def in_columns(model: Model, context: dict[str, Any], attributes: dict[str, Any]) -> list[float]:
    """Return the columns' values, by the definition of a design."""
    features = model.encoder.features(context, attributes)
    if model.shared:
        features = expanded(features)
    full = {**features, "": 1.0}
    coordinates = {
        key: sum(full.get(each, 0.0) * factor for each, factor in terms.items())
        for key, terms in model.design.coordinates.items()
    }
    return [
        sum(coordinates[key] * factor for key, factor in column.terms.items())
        for column in model.design.columns
    ]


@both
@pytest.mark.parametrize("numpy", [False, True])
def test_a_model_is_ridge_regression_in_standard_units(shared: bool, numpy: bool) -> None:
    """Scores and errors are those of the textbook formula on the columns, by another library."""
    decisions = cases.history(300)
    model = cases.fitted(decisions, Recipe(shared, uncertain=True, numpy=numpy))
    columns = np.array([in_columns(model, dict(d.context), dict(d.attributes)) for d in decisions])
    rewards = np.array([decision.reward for decision in decisions], dtype=float)
    centred = rewards - rewards.mean()
    arms = np.array([decision.arm for decision in decisions])
    assert model.evidence.deviation == pytest.approx(rewards.std())
    for arm in "XYZ":
        mine = np.full(len(arms), True) if shared else arms == arm
        others = columns.shape[1] - 1
        ridge = np.diag([1.0, *[max(1.0, others / 4)] * others])
        matrix = columns[mine].T @ columns[mine] + ridge
        weights = np.linalg.solve(matrix, columns[mine].T @ centred[mine])
        for decision, row in zip(decisions[:25], columns, strict=False):
            actions = {arm: decision.attributes}
            score = rewards.mean() + row @ weights
            error = rewards.std() * math.sqrt(row @ np.linalg.solve(matrix, row))
            assert cases.close(model.scores(decision.context, actions), [score])
            assert cases.close(model.errors(decision.context, actions), [error])
            terms = model.terms(decision.context, arm, decision.attributes)
            assert math.fsum(terms.values()) == pytest.approx(score)


def test_columns_are_standardised() -> None:
    """Over all decisions, columns but for products have mean 0, and those of levels variance 1."""
    decisions = cases.history(300)
    model = cases.fitted(decisions, Recipe())
    rows = np.array([in_columns(model, dict(d.context), dict(d.attributes)) for d in decisions])
    keys = [column.key for column in model.design.columns]
    assert np.abs(rows.mean(axis=0)[1:]).max() < 1e-12
    assert rows[:, keys.index("country(GB")].var() == pytest.approx(1.0)
    assert rows[:, keys.index("'price")].var() == pytest.approx(1.0)


@both
def test_numpy_changes_nothing(shared: bool) -> None:
    """With and without numpy, scores and errors are equal to 1e-9."""
    decisions = cases.history(400)
    with_numpy, without = (
        cases.fitted(decisions, Recipe(shared, uncertain=True, numpy=numpy, ridge=0.01))
        for numpy in (True, False)
    )
    for context, arm, attributes, _ in decisions[:30]:
        actions = {arm: attributes, "new": {}}
        assert cases.close(with_numpy.scores(context, actions), without.scores(context, actions))
        assert cases.close(with_numpy.errors(context, actions), without.errors(context, actions))


@both
@settings(max_examples=10)
@given(data=st.data())
def test_sums_are_additive(shared: bool, data: st.DataObject) -> None:
    """However decisions are spread over workers and cohorts, the model is the same to 1e-9."""
    decisions = cases.history(60)
    parts: list[list[Decision]] = [[], [], []]
    for decision in data.draw(st.permutations(decisions)):
        data.draw(st.sampled_from(parts)).append(decision)
    sums = [cases.moments(part, shared=shared) for part in parts]
    together = {arm: merged(each[arm] for each in sums if arm in each) for arm in "XYZ"}
    recipe = Recipe(shared)
    whole = cases.fitted(decisions, recipe)
    spread = fit(SCHEMA, together, vocabulary=VOCABULARY, recipe=recipe)
    for arm in "XYZ":
        assert spread.coefficients(arm).keys() == whole.coefficients(arm).keys()
        assert spread.coefficients(arm) == pytest.approx(
            whole.coefficients(arm), rel=1e-9, abs=1e-9
        )


@both
@settings(max_examples=15)
@given(
    reward=st.tuples(st.floats(0.01, 100), st.floats(-50, 50)),
    numbers=st.tuples(st.floats(0.01, 100), st.floats(-50, 50)),
)
def test_units_do_not_matter(
    shared: bool, reward: tuple[float, float], numbers: tuple[float, float]
) -> None:
    """With rewards and numbers in other units, gaps and errors in deviations are the same."""
    schema = Schema((Attribute("age", "numeric"),), (Attribute("price", "numeric"),), hashed=0)
    encode = encoder(schema, {}).features

    def model(*, moved: bool) -> list[Any]:
        a, b = numbers if moved else (1.0, 0.0)
        c, d = reward if moved else (1.0, 0.0)
        parts: dict[str, list[Moments]] = {}
        for context, arm, own, amount in cases.history(80):
            age = context.get("age")
            features = encode(
                {"age": None if age is None else a * age + b}, {"price": a * own["price"] + b}
            )
            features = expanded(features) if shared else features
            parts.setdefault(arm, []).append(observed(features, c * (amount or 0.0) + d))
        sums = {arm: merged(each) for arm, each in parts.items()}
        found = fit(schema, sums, vocabulary={}, recipe=Recipe(shared, uncertain=True))
        age = {"age": a * 30 + b}
        actions = {"X": {"price": a * 2 + b}, "Y": {"price": a * 7 + b}, "Z": {}}
        return [found.evidence.deviation, *found.scores(age, actions), *found.errors(age, actions)]

    plain_deviation, *plain = model(moved=False)
    deviation, *found = model(moved=True)
    mean, moved_mean = plain[0], found[0]
    for before, after in zip(plain[:3], found[:3], strict=True):
        assert (after - moved_mean) / deviation == pytest.approx(
            (before - mean) / plain_deviation, abs=1e-7
        )
    assert [each / deviation for each in found[3:]] == pytest.approx(
        [each / plain_deviation for each in plain[3:]], abs=1e-7
    )


def test_equal_to_mabwiser() -> None:
    """On standardised numbers, scores and bounds are those of mabwiser's LinUCB with lambda 1."""
    generator = np.random.default_rng(5)
    raw = generator.normal(size=(400, 3)) * [1.0, 5.0, 0.1] + [0.0, 3.0, -1.0]
    rows = (raw - raw.mean(axis=0)) / raw.std(axis=0)
    arms = generator.choice(["a", "b", "c"], size=400)
    rewards = generator.normal(size=400) + rows[:, 0] * (arms == "b")
    schema = Schema(tuple(Attribute(name, "numeric") for name in "xyz"), hashed=0)
    sums = {
        arm: merged(
            observed(dict(zip("xyz", map(float, row), strict=True)), float(reward))
            for row, reward, each in zip(raw, rewards, arms, strict=True)
            if each == arm
        )
        for arm in "abc"
    }
    model = fit(schema, sums, vocabulary={}, recipe=Recipe(uncertain=True))
    peer = MAB(["a", "b", "c"], LearningPolicy.LinUCB(alpha=1.25, l2_lambda=1.0))
    with_ones = np.hstack([np.ones((400, 1)), rows])
    peer.fit(decisions=arms, rewards=rewards - rewards.mean(), contexts=with_ones)
    for row, standard in zip(raw[:20], with_ones, strict=False):
        context = dict(zip("xyz", map(float, row), strict=True))
        actions: dict[str, dict[str, Any]] = {"a": {}, "b": {}, "c": {}}
        expected = peer.predict_expectations(standard.reshape(1, -1))
        assert isinstance(expected, dict)
        bounds = [
            score - rewards.mean() + 1.25 * error / model.evidence.deviation
            for score, error in zip(
                model.scores(context, actions), model.errors(context, actions), strict=True
            )
        ]
        assert cases.close(bounds, [expected[arm] for arm in "abc"])


@both
@pytest.mark.parametrize("arms", ["XY", "WXYZ", "UVWXYZ"])
@settings(max_examples=30)
@given(context=cases.contexts, attributes=st.lists(cases.own, min_size=6, max_size=6))
def test_scores_are_the_sums_of_terms(
    shared: bool, arms: str, context: dict[str, Any], attributes: list[dict[str, Any]]
) -> None:
    """Tables give what the encoded vector gives, whatever the context, for few arms and many."""
    model = TABLES[shared, arms]
    actions = dict(zip(arms, attributes, strict=False))
    found = model.scores(context, actions)
    expected = [math.fsum(model.terms(context, arm, own).values()) for arm, own in actions.items()]
    assert cases.close(found, expected)
    reverse = dict(reversed(actions.items()))
    assert list(reversed(model.scores(context, reverse))) == found


TABLES = {
    (shared, arms): cases.fitted(cases.history(200, arms=arms), Recipe(shared))
    for shared in (False, True)
    for arms in ("XY", "WXYZ", "UVWXYZ")
}


def test_no_actions() -> None:
    """Of no action there is no score."""
    for model in TABLES.values():
        assert model.scores({}, {}) == []


def test_an_action_never_shown_is_scored_by_its_attributes() -> None:
    """A shared model knows that dear shoes sell better; per arm, a new one scores the mean."""
    decisions = [d for d in cases.history(600) if "age" in d.context]
    shared = cases.fitted(decisions, Recipe(shared=True))
    context = {"age": 40.0, "country": "GB"}
    actions = {"new": {"price": 9.0, "tier": "gold"}, "newer": {"price": 1.0, "tier": "gold"}}
    dear, cheap = shared.scores(context, actions)
    assert dear - cheap == pytest.approx(0.05 * 8, abs=0.15)
    own = cases.fitted(decisions, Recipe())
    mean = sum(d.reward or 0.0 for d in decisions) / len(decisions)
    assert own.scores(context, actions) == pytest.approx([mean, mean])


def test_nothing_was_seen() -> None:
    """Without pulls every score is zero, every error too, and nothing is wrong."""
    nothing: dict[str, Moments] = {}
    for sums in (nothing, {"X": Moments()}, {"X": Moments(0.0, 2.0, 2.0, {}, {})}):
        model = fit(SCHEMA, sums, vocabulary={}, recipe=Recipe(uncertain=True))
        early = sums["X"].total if sums else 0.0
        assert model.scores({"age": 3}, {"X": {}, "Y": {}}) == [early, 0.0]
        assert model.errors({"age": 3}, {"X": {}}) == [0.0]
        assert model.evidence.pulls == pytest.approx(0.0)


def test_rewards_that_are_all_equal_have_no_deviation() -> None:
    """Then scores are equal and policies share evenly."""
    decisions = [decision._replace(reward=0.3) for decision in cases.history(50)]
    model = cases.fitted(decisions, Recipe())
    assert model.evidence.deviation == pytest.approx(0.0)
    assert model.scores({"age": 3}, {"X": {}, "Y": {}}) == pytest.approx([0.3, 0.3])


def test_what_does_not_vary_is_no_column() -> None:
    """A constant number, a level everybody has, and one that nobody has, are left out."""
    schema = Schema(
        (Attribute("k", "numeric"), Attribute("c", "categorical", ("a", "b"))), hashed=2
    )
    encode = encoder(schema, {}).features
    sums = {"X": merged(observed(encode({"k": 1e6, "c": "a"}, {}), r) for r in (0.0, 1.0, 1.0))}
    model = fit(schema, sums, vocabulary={})
    assert [column.key for column in model.design.columns] == [""]
    assert model.scores({"k": 5}, {"X": {}, "Y": {}}) == pytest.approx([2 / 3, 2 / 3])


def test_features_of_an_earlier_configuration_are_left_out() -> None:
    """Sums may hold features that the schema no longer has."""
    sums = cases.moments(cases.history(100))
    model = fit(Schema((Attribute("age", "numeric"),), hashed=0), sums, vocabulary={})
    assert [column.key for column in model.design.columns] == ["", "age", "age('m"]


def many(size: int, numbers: int = 70) -> tuple[Schema, dict[str, Moments]]:
    """Return a schema of many numbers, and the sums of two arms."""
    schema = Schema(tuple(Attribute(f"n{at:02}", "numeric") for at in range(numbers)), hashed=0)
    generator = random.Random(9)
    parts: dict[str, list[Moments]] = {"a": [], "b": []}
    for at in range(size):
        vector = {f"n{number:02}": generator.gauss(0, 1) for number in range(numbers)}
        parts["ab"[at % 2]].append(observed(vector, generator.random()))
    return schema, {arm: merged(each) for arm, each in parts.items()}


def test_too_many_columns_are_left_out_and_counted() -> None:
    """64 columns in pure Python, 128 with numpy; what is left out is always the same."""
    schema, sums = many(30)
    model = fit(schema, sums, vocabulary={}, recipe=Recipe(numpy=False))
    assert len(model.design.columns) == models.MOST_COLUMNS
    assert model.notes == {"dropped": 7}
    assert "n69" not in [column.key for column in model.design.columns]
    more = fit(schema, sums, vocabulary={}, recipe=Recipe(numpy=True))
    assert len(more.design.columns) == 71
    assert more.notes == {}


def test_products_and_buckets_are_left_out_first() -> None:
    """Of too many columns, products go first."""
    model = cases.fitted(cases.history(300), Recipe(shared=True, numpy=False))
    assert not model.notes
    schema = SCHEMA._replace(hashed=64)
    encode = encoder(schema, VOCABULARY).features
    generator = random.Random(3)
    sums = {
        "X": merged(
            observed(
                expanded(
                    encode({**context, **{f"u{generator.randrange(40)}": 1 for _ in range(3)}}, own)
                ),
                reward,
            )
            for context, _, own, reward in cases.history(300)
        )
    }
    crowded = fit(schema, sums, vocabulary=VOCABULARY, recipe=Recipe(shared=True, numpy=False))
    keys = [column.key for column in crowded.design.columns]
    assert len(keys) == models.MOST_COLUMNS
    assert crowded.notes["dropped"] > 50
    assert {"age", "country(GB", "'price", "'tier(gold"} <= set(keys)
    assert any(key.startswith("(") for key in keys)
    assert len(crowded.scores({"u3": 1, "age": 3}, {"X": {"price": 3}})) == 1


@pytest.mark.parametrize("numpy", [False, True])
def test_sums_that_cannot_be(numpy: bool) -> None:
    """Sums that no decisions have get more ridge, and then means must do; it is counted."""
    schema, sums = many(400, 40)
    moments = sums["a"]
    wrong = dict(moments.products)
    wrong["n00", "n01"] += 205.0
    wrong["n00", "n02"] += 205.0
    recipe = Recipe(uncertain=True, numpy=numpy)
    some = fit(
        schema, {**sums, "a": moments._replace(products=wrong)}, vocabulary={}, recipe=recipe
    )
    assert some.notes in ({"ridge": 1}, {"means": 1})
    none = fit(schema, {**sums, "c": Moments(-9e3, 1, 1)}, vocabulary={}, recipe=recipe)
    assert none.notes["means"] >= 1
    actions: dict[str, dict[str, Any]] = {"a": {}, "b": {}, "c": {}}
    for model in (some, none):
        assert all(map(math.isfinite, model.scores({"n00": 1.0}, actions)))
        assert all(map(math.isfinite, model.errors({"n00": 1.0}, actions)))


def test_tables_of_too_many_actions_are_made_anew() -> None:
    """Callers may ask for ever new sets of actions; only so many tables are kept."""
    model = cases.fitted(cases.history(60), Recipe())
    first = model.scorer(("X", "Y"))
    assert model.scorer(("X", "Y")) is first
    for start in range(10):
        model.scorer(tuple(f"{start}-{number}" for number in range(500)))
    assert model.scorer(("X", "Y")) is not first
