"""Schemas, contexts and histories that the tests of this folder share."""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from hypothesis import strategies as st

from banditware.contextual.attributes import Attribute, Schema
from banditware.contextual.encoding import Encoder, encoder, lookable
from banditware.contextual.features import Vocabulary
from banditware.contextual.models import Model, Recipe, fit
from banditware.contextual.moments import Moments, expanded, merged, observed
from banditware.contextual.reading import look, table
from banditware.contextual.writing import writer

SCHEMA = Schema(
    subject=(
        Attribute("age", "numeric"),
        Attribute("country", "categorical", ("GB", "US", "DE")),
        Attribute("browser", "categorical"),
    ),
    action=(
        Attribute("price", "numeric", low=0.0, high=10.0),
        Attribute("tier", "categorical", ("gold", "silver")),
    ),
    hashed=4,
)

VOCABULARY: Vocabulary = {"browser": frozenset({"firefox", "ie'206"})}

#: Whatever may stand in a context: right, of the wrong kind, not a number, too long, no value.
anything = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 99),
    st.floats(),
    st.floats(-3, 3),
    st.sampled_from(["GB", "US", "DE", "FR", "", "35", "firefox", "ie 6", "gold", "1e400"]),
    st.text(max_size=8),
    st.just("x" * 10_000),
    st.lists(st.integers(), max_size=2),
    st.sampled_from([b"GB", (1, 2), 10**400, object]),
)

contexts = st.dictionaries(
    st.sampled_from(["age", "country", "browser", "beard", "n"]), anything, max_size=5
)
own = st.dictionaries(st.sampled_from(["price", "tier", "colour"]), anything, max_size=3)


class Decision(NamedTuple):
    """One decision of a history."""

    context: Mapping[str, Any]
    arm: str
    attributes: Mapping[str, Any]
    reward: float | None


def history(size: int, *, seed: int = 1, arms: str = "XYZ") -> list[Decision]:
    """Return decisions whose rewards depend on the context, the action and luck."""
    generator = random.Random(seed)
    found = []
    for _ in range(size):
        age, arm = generator.gauss(40, 12), generator.choice(arms)
        price = generator.uniform(0, 10)
        context: dict[str, Any] = {
            "age": age,
            "country": generator.choice(["GB", "US", "DE", "FR"]),
        }
        if generator.random() < 0.2:
            context = {"beard": generator.choice([True, "long", 3])}
        mean = (ord(arm) - 88) * 0.1 * (age - 40) / 12 + 0.05 * price
        attributes: dict[str, Any] = {"price": price, "tier": generator.choice(["gold", "iron"])}
        found.append(Decision(context, arm, attributes, mean + generator.gauss(0, 0.3)))
    return found


def moments(decisions: Iterable[Decision], *, shared: bool = False) -> dict[str, Moments]:
    """Return the sums of every arm."""
    encode = encoder(SCHEMA, VOCABULARY).features
    parts: dict[str, list[Moments]] = {}
    for context, arm, attributes, reward in decisions:
        features = encode(context, attributes)
        parts.setdefault(arm, []).append(
            observed(expanded(features) if shared else features, reward)
        )
    return {arm: merged(each) for arm, each in parts.items()}


def fitted(decisions: Iterable[Decision], recipe: Recipe) -> Model:
    """Return the model of a history."""
    sums = moments(decisions, shared=recipe.shared)
    return fit(SCHEMA, sums, vocabulary=VOCABULARY, recipe=recipe)


def written(encodes: Encoder, context: Mapping[str, Any], attributes: Mapping[str, Any]) -> str:
    """Return the text that a decision has: of one look at the subject, and of the action."""
    writes = writer(encodes)
    looks = look(table(encodes, [{}], writes))
    try:
        text = looks(context, (0.0,) * 3)[1]
    except TypeError:
        text = looks(lookable(context), (0.0,) * 3)[1]
    return (text + writes.action(attributes))[1:]


def close(left: Iterable[float], right: Iterable[float], within: float = 1e-9) -> bool:
    """Return True if all numbers are as near as that."""
    return all(
        math.isclose(a, b, rel_tol=within, abs_tol=within) for a, b in zip(left, right, strict=True)
    )
