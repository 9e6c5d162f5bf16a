"""What actions say of themselves is used again for the same attributes alone."""

from __future__ import annotations

import random
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from banditware.contextual import features
from banditware.contextual.attributes import Attribute, Schema
from banditware.contextual.encoding import encoder
from banditware.contextual.models import Model, Recipe, fit
from banditware.contextual.moments import expanded, merged, observed

Attributes = dict[str, dict[str, Any]]

SCHEMA = Schema(
    (Attribute("age", "numeric"),),
    (Attribute("price", "numeric"), Attribute("tier", "categorical", ("true", "1", "gold"))),
)


def model(*, shared: bool = False, hashed: int = 0) -> Model:
    """Return a model in which the attributes of actions matter."""
    schema, generator = SCHEMA._replace(hashed=hashed), random.Random(5)
    sums = []
    for _ in range(200):
        own: dict[str, Any] = {
            "price": generator.random(),
            "tier": generator.choice(["true", "1", "gold"]),
            "colour": generator.choice(["red", "blue"]),
        }
        encoded = encoder(schema, {}).features({"age": generator.random()}, own)
        reward = own["price"] + ["true", "1", "gold"].index(own["tier"]) + generator.random()
        sums.append(observed(expanded(encoded) if shared else encoded, reward))
    moments = merged(sums)
    return fit(schema, {"x": moments, "y": moments}, vocabulary={}, recipe=Recipe(shared))


class Odd:
    """A value that cannot be compared."""

    def __eq__(self, _other: object) -> bool:
        raise ValueError

    __hash__ = None  # type: ignore[assignment]  # it cannot be looked up either


class Own(dict[str, Any]):
    """A mapping that says something else than what stands in it."""

    def get(self, name: str, _default: object = None) -> object:
        """Return twice the price."""
        return 2 * self[name] if name == "price" else self[name]


PLAIN: Attributes = {"x": {"price": 1.0, "tier": "gold"}, "y": {"price": 3, "tier": "true"}}

#: What is equal to `PLAIN`, or nearly so, and is not to be taken for it.
OTHERS: dict[str, Attributes] = {
    "a truth value": {**PLAIN, "x": {"price": True, "tier": "gold"}},
    "a number that is a truth value, too": {**PLAIN, "x": {"price": Decimal(1), "tier": "gold"}},
    "one that cannot be compared": {**PLAIN, "x": {"price": Odd(), "tier": "gold"}},
    "another mapping": {**PLAIN, "x": Own(price=1.0, tier="gold")},
    "another number": {**PLAIN, "x": {"price": 2.0, "tier": "gold"}},
    "one less": {**PLAIN, "x": {"price": 1.0}},
}


@pytest.mark.parametrize("shared", [False, True])
@pytest.mark.parametrize("case", OTHERS)
def test_what_is_equal_need_not_be_the_same(case: str, shared: bool) -> None:
    """After attributes that are equal, others are read as if they were the first."""
    scorer, fresh = model(shared=shared).scorer(("x", "y")), model(shared=shared)
    own = scorer.own(PLAIN)
    assert scorer.own({name: dict(each) for name, each in PLAIN.items()}) is own
    found = scorer.own(OTHERS[case])
    assert found is not own
    expected = fresh.scorer(("x", "y")).own(OTHERS[case])
    assert (found.adds, found.plain) == (expected.adds, expected.plain)
    assert scorer.own(OTHERS[case]) is found or case != "another number"


@pytest.mark.parametrize("first", [True, 1, "1"])
@pytest.mark.parametrize("second", [True, 1, 1.0, "1"])
def test_truth_values_are_no_numbers(first: object, second: object) -> None:
    """A level that is True is not taken for 1, wherever it stands."""
    scorer, fresh = model().scorer(("x",)), model().scorer(("x",))
    scorer.own({"x": {"price": 1, "tier": first}})
    given_ = {"x": {"price": 1, "tier": second}}
    assert scorer.own(given_).adds == fresh.own(given_).adds
    turned = {"x": {"tier": 1, "price": True}}
    assert scorer.own(turned).plain is False


@pytest.mark.parametrize("price", [Decimal("2.5"), Fraction(5, 2), np.float32(2.5)])
def test_equal_numbers_of_any_library_are_the_same(price: object) -> None:
    """What is kept of a price is what its equal in another type would add."""
    scorer, fresh = model().scorer(("x",)), model().scorer(("x",))
    own = scorer.own({"x": {"price": 2.5, "tier": "gold"}})
    given_ = {"x": {"price": price, "tier": "gold"}}
    assert scorer.own(given_) is own
    assert fresh.own(given_).adds == own.adds


def test_a_caller_may_change_its_mappings() -> None:
    """What a caller changes in place is seen."""
    scorer = model().scorer(("x", "y"))
    actions = {name: dict(each) for name, each in PLAIN.items()}
    before = scorer.own(actions)
    actions["x"]["price"] = 2.0
    after = scorer.own(actions)
    assert after.adds != before.adds
    actions["x"]["price"] = 1.0
    assert scorer.own(actions).adds == before.adds


def test_attributes_that_never_change() -> None:
    """Attributes of the configuration are known by their mapping, whatever stands in them."""
    scorer = model().scorer(("x", "y"))
    arms: Attributes = {"x": {"price": [1]}, "y": {}}
    own = scorer.own(arms, True)
    assert scorer.own(arms, True) is own
    assert not own.plain
    assert scorer.own({"x": {"price": [1]}, "y": {}}) is not own


def test_attributes_that_nobody_reads() -> None:
    """Where no attribute of actions is declared, nor hashed, none is looked at."""
    bare = fit(Schema((Attribute("age", "numeric"),), (), 0), {}, vocabulary={})
    scorer = bare.scorer(("x",))
    assert scorer.own({"x": {"price": 1}}) is scorer.own({"x": {"price": 2}})


@pytest.mark.parametrize("shared", [False, True])
def test_the_order_of_undeclared_attributes(shared: bool) -> None:
    """The text of hashed features is in the order in which a caller gave the attributes."""
    made = model(shared=shared, hashed=64)
    scorer = made.scorer(("x",))
    for names in (("a", "b"), ("b", "a"), ("a", "b")):
        given_ = {"price": 1, "tier": "gold", **dict.fromkeys(names, 2)}
        own = scorer.own({"x": given_})
        text = made.text.action(own.actions["x"])
        assert text[1:] == features.text(made.encoder.features({}, given_)).split("*", 1)[1]


some = st.dictionaries(
    st.sampled_from(["price", "tier", "colour", "n"]),
    st.sampled_from([0, 1, 2, 0.0, -0.0, 1.0, True, False, "1", "true", "gold", None, Decimal(1)]),
)


@given(
    st.lists(st.tuples(some, some), min_size=2, max_size=5),
    st.sampled_from([0, 3]),
    st.booleans(),
)
def test_what_came_before_does_not_matter(
    asked: list[tuple[dict[str, Any], dict[str, Any]]], hashed: int, shared: bool
) -> None:
    """Scores, texts and refusals are those of a scorer that has seen nothing before."""
    made = MODELS[hashed, shared]
    kept = made.scorer(("x", "y"))
    for x, y in asked:
        actions = {"x": x, "y": y}
        found = kept.own(actions)
        made._scorers.clear()
        fresh = made.scorer(("x", "y")).own(actions)
        assert (found.adds, found.plain) == (fresh.adds, fresh.plain)
        assert list(map(made.text.action, found.actions.values())) == list(
            map(made.text.action, actions.values())
        )


MODELS = {
    (hashed, shared): model(shared=shared, hashed=hashed)
    for hashed in (0, 3)
    for shared in (False, True)
}
