from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from banditware.config import load
from banditware.config.loading import checked
from banditware.config.reader import from_text
from banditware.errors import ConfigError, Problem

DESIGN = (Path(__file__).parent / "data" / "design.yaml").read_text(encoding="utf-8")
ENVIRON = {"BANDITWARE_SECRET_KEY": "secret"}

_KEYS = """
secret_keys store refresh cookie bots experiments routes name max_age secure same_site path domain
arms policy goal sticky attribution default holdout version reward_range count value rewrite match
host choose reward status experiment amount once cross_site header query epsilon weights a b <<
only_if attribute operator traffic group start end attributes cookie path
"""
_WORDS = """
a b thompson fixed epsilon-greedy softmax 5% 7d 90d memory:// sqlite:///x 2xx 200-399 ${A} ${ $${
lax auto exclude GET / POST|GET /<int:a> /<a>/<a> /<b:a> <x>.com true
ONE_OF MATCHES GTE IS_NULL (a a+ 1.5.0 2026-12-01 2026-12-01T09:00Z 60%
"""
KEYS = st.sampled_from(_KEYS.split())
WORDS = st.sampled_from(_WORDS.split())
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    WORDS,
    WORDS.map("GET {}".format),
)
ANY_KEY = st.one_of(KEYS, KEYS, KEYS, KEYS, SCALARS)
TREES: st.SearchStrategy[Any] = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(ANY_KEY, inner, max_size=6), st.tuples(inner)
    ),
    max_leaves=25,
)
_EXPERIMENT = """
arms policy goal sticky default holdout count reward_range only_if traffic group start end
"""
EXPERIMENT = st.dictionaries(st.sampled_from(_EXPERIMENT.split()), TREES)
CONDITION = st.fixed_dictionaries(
    {}, optional={"attribute": TREES, "operator": WORDS | TREES, "value": TREES}
)
ONLY_IF = st.lists(CONDITION | st.lists(CONDITION, max_size=2) | TREES, max_size=3)
ROUTE = st.dictionaries(st.sampled_from(["match", "choose", "reward", "status", "host"]), TREES)
CONFIGURATIONS = st.one_of(
    st.dictionaries(ANY_KEY, TREES),
    st.fixed_dictionaries(
        {"secret_keys": st.just("k")},
        optional={
            "experiments": st.dictionaries(st.sampled_from(["a", "b", 5]), EXPERIMENT | TREES),
            "routes": st.lists(ROUTE | TREES, max_size=3),
            "cookie": TREES,
            "attributes": st.dictionaries(ANY_KEY, TREES, max_size=3) | TREES,
        },
    ),
)


def problems(load_it: Callable[[], object]) -> Sequence[Problem] | None:
    """Return the problems of a configuration, or None if it has none; let other errors through."""
    try:
        load_it()
    except ConfigError as error:
        return error.problems
    return None


@given(CONFIGURATIONS)
@settings(max_examples=200, deadline=None)
def test_any_mapping(source: dict[Any, Any]) -> None:
    """A mapping loads or is refused with a ConfigError that has a message for every problem."""
    found = problems(lambda: load(source, environ=ENVIRON))
    assert found is None or found
    for problem in found or ():
        assert problem.message
        assert str(problem).isprintable()


@given(ONLY_IF)
@settings(max_examples=100, deadline=None)
def test_any_condition(only_if: list[Any]) -> None:
    """Conditions load or are refused at their place."""
    source = {"secret_keys": "k", "experiments": {"e": {"arms": ["a"], "only_if": only_if}}}
    for problem in problems(lambda: load(source, environ=ENVIRON)) or ():
        assert problem.path.startswith("experiments.e.only_if")


@given(st.randoms(use_true_random=False), st.integers(min_value=1, max_value=6))
@settings(max_examples=200, deadline=None)
def test_any_change_of_the_text(rng: random.Random, changes: int) -> None:
    """A file with characters changed, lost or doubled loads or is refused with a place."""
    text = DESIGN
    for _ in range(changes):
        at = rng.randrange(len(text))
        piece = rng.choice(["", text[at : at + 9] * 2, *"{}[]:,&*!|>'\"%@`#-? \n\t\0é"])
        text = text[:at] + piece + text[at + rng.randrange(3) :]
    found = problems(lambda: checked(from_text(text, "f"), ENVIRON))
    assert all(problem.line > 0 and problem.column > 0 for problem in found or ())


@given(st.text(alphabet=st.sampled_from("ab: -{}[],&*!|>'\"%@`#?\n\t\x80é\U0001f600"), max_size=60))
@settings(max_examples=200, deadline=None)
def test_any_text(text: str) -> None:
    """Text that holds no configuration is refused with a place, and nothing else happens."""
    found = problems(lambda: checked(from_text(text, "f"), ENVIRON))
    assert found
    assert all(problem.line > 0 and problem.column > 0 for problem in found)
