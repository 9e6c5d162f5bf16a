"""What a caller or a request may say of a context, and what becomes of it."""

from __future__ import annotations

import math
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from banditware.contexts import Given, usable
from banditware.contextual.features import parsed
from banditware.counts import decode
from banditware.errors import ContextError
from banditware.model import Basis
from tests.shoes import SOURCES, counts, shoes
from tests.support import added

pytestmark = pytest.mark.usefixtures("calm")

GOOD = {"age": 25, "country": "GB", "plan": "pro"}
ACTIONS: dict[str, dict[str, Any]] = {"a": {"price": 1, "tier": "x"}, "b": {"price": 2}}

REASONS = {"bad_context", "bad_actions", "no_actions"}

#: What is the caller's mistake, with its reason and a word of its message.
MISTAKES: dict[str, tuple[dict[str, Any], str, str]] = {
    "a word for a number": ({"context": {"age": "old"}}, "bad_context", "'age' is numeric: str"),
    "a truth value for a number": ({"context": {"age": True}}, "bad_context", "bool 'True'"),
    "a list for a level": ({"context": {"country": ["GB"]}}, "bad_context", "'country' is cat"),
    "a mapping for a number": ({"context": {"age": {}}}, "bad_context", "'age' is numeric: dict"),
    "a context that is a list": ({"context": ["age"]}, "bad_context", "context= is a mapping"),
    "a context that is a text": ({"context": "age"}, "bad_context", "context= is a mapping"),
    "no action": ({"actions": {}}, "no_actions", "actions= is empty"),
    "no name": ({"actions": []}, "no_actions", "actions= is empty"),
    "one name": ({"actions": "nike"}, "bad_actions", "or names"),
    "a number of actions": ({"actions": 5}, "bad_actions", "or names"),
    "bytes": ({"actions": b"nike"}, "bad_actions", "or names"),
    "a name twice": ({"actions": ["a", "b", "a"]}, "bad_actions", "twice"),
    "lists for names": ({"actions": [["a"], ["b"]]}, "bad_actions", "else than names"),
    "a number for a name": ({"actions": [1, 2]}, "bad_actions", "not '1'"),
    "a name with a space": ({"actions": {"a b": {}}}, "bad_actions", "not 'a b'"),
    "an empty name": ({"actions": {"": {}}}, "bad_actions", "not ''"),
    "a long name": ({"actions": ["a" * 65]}, "bad_actions", "not 'aaa"),
    "too many": ({"actions": [*map(str, range(1_001))]}, "bad_actions", "1001 actions"),
    "attributes that are none": ({"actions": {"a": None, "b": {}}}, "bad_actions", "action 'a'"),
    "attributes that are a list": ({"actions": {"a": ["x"]}}, "bad_actions", "action 'a'"),
    "a word for a price": ({"actions": {"a": {"price": "x"}, "b": {}}}, "bad_context", "'price'"),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_mistakes_of_a_caller(case: str) -> None:
    """Who decides outside of a request is told what is wrong, whatever is drawn; it is counted."""
    said, reason, words = MISTAKES[case]
    here = shoes()
    for _ in range(8):
        with pytest.raises(ContextError) as caught:
            here.bandit.decide("button", **said)
        assert words in str(caught.value)
        assert caught.value.reason == reason
    assert (here.excluded(), here.pulls()) == ({reason: 8}, 0)


@pytest.mark.parametrize("case", MISTAKES)
def test_mistakes_of_a_view(case: str) -> None:
    """In a request they cost the decision, not the page: the default, counted under the reason."""
    said, reason, _ = MISTAKES[case]
    here = shoes({"default": "red"}, routes=[])
    seen = here.surfer().ask(view=lambda visit: visit.decide("button", **said))
    assert (seen.decision.arm, seen.reason, seen.effects.set_cookie) == ("red", reason, "")
    assert (here.excluded(), here.pulls()) == ({reason: 1}, 0)


@pytest.mark.parametrize("place", ["context", "actions"])
def test_names_that_are_no_text(place: str) -> None:
    """An attribute whose name is no text is refused where it would be hashed."""
    here = shoes({"hashed": 4})
    said: dict[str, Any] = {"context": {1: 2}} if place == "context" else {"actions": {"a": {1: 2}}}
    with pytest.raises(ContextError, match="called 1: not a text"):
        here.bandit.decide("button", **said)


def test_errors_of_ours_stay_what_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """An error that no mistake of the caller explains is not taken for one."""
    here = shoes()
    chooser = here.bandit._ground.snapshot.known("button").chooser

    def breaks(*_: object) -> None:
        raise TypeError("ours")

    monkeypatch.setattr(type(chooser), "choose", breaks)
    with pytest.raises(TypeError, match="ours"):
        here.bandit.decide("button", context=GOOD, actions=ACTIONS)


def test_actions_of_a_plain_experiment() -> None:
    """A policy without context does not choose among actions, and says which ones do."""
    here = shoes({"context": None, "action_context": None, "arms": ["x", "y"], "policy": "uniform"})
    with pytest.raises(ContextError, match=r"'uniform' of 'button' does not .* igw") as caught:
        here.bandit.decide("button", actions=["x"])
    assert caught.value.reason == "bad_actions"
    assert here.surfer().ask("/x", view=lambda v: v.decide("button", actions=["x"])).reason == (
        "bad_actions"
    )


@pytest.mark.parametrize(
    ("value", "feature"),
    [
        (None, "age('m"),
        (math.nan, "age('m"),
        (math.inf, "age('m"),
        (-1e300, "age('m"),
        (10**400, "age('m"),
        ("25", "age"),
        (250, "age"),
    ],
)
def test_numbers(value: object, feature: str) -> None:
    """What is no number is missing, one beyond the range counts as its end: never an error."""
    decision = shoes().bandit.decide("button", context={"age": value})
    features = parsed(decision.basis.features)
    assert feature in features
    assert all(map(math.isfinite, features.values()))
    assert 0 <= features.get("age", 0) <= 100


def test_kinds_of_floats() -> None:
    """A number of another library that is a float is read as one, also for an action."""

    class Price(float):
        pass

    decision = shoes().bandit.decide("button", actions={"a": {"price": Price(2.5)}})
    assert parsed(decision.basis.features)["'price"] == 2.5
    unknown = shoes().bandit.decide("button", actions={"a": {"price": Price("nan")}})
    assert "'price('m" in parsed(unknown.basis.features)


def test_what_is_not_declared() -> None:
    """Attributes that nobody declared are left out where some are, and never an error."""
    here = shoes()
    plain = here.bandit.decide("button", context=GOOD)
    more = here.bandit.decide("button", context={**GOOD, "shoe size": object(), "x": "y" * 10_000})
    assert {key for key in parsed(plain.basis.features) if "'" not in key} == {
        key for key in parsed(more.basis.features) if "'" not in key
    }


def test_the_request_and_the_view() -> None:
    """What the view says is before what the request does; what a client sends is no mistake."""
    here = shoes(attributes=SOURCES, routes=[])
    asked: dict[str, Any] = {"x_age": "abc", "query": "country=GB", "plan": "x"}
    first = here.surfer().ask(view=lambda v: v.decide("button", context={"country": "US"}), **asked)
    features = parsed(first.decision.basis.features)
    assert {"age('m", "country(US"} < set(features)
    second = here.surfer().ask(view=lambda v: v.decide("button", context={"age": 7}), **asked)
    assert parsed(second.decision.basis.features)["age"] == 7
    wrong = here.surfer().ask(view=lambda v: v.decide("button", context={"age": "abc"}), **asked)
    assert wrong.reason == "bad_context"


def test_usable() -> None:
    """Actions become a mapping; what is one already is not looked at twice."""
    given_ = Given({"a": 1}, {"x": {}})
    assert usable(given_) is given_
    assert usable(Given()) == Given()
    assert usable(Given(None, iter("ab"))).actions == {"a": {}, "b": {}}


def test_levels_seen_first_are_few() -> None:
    """However many levels clients make up, few are recorded, and after a refresh they are known."""
    here = shoes()
    for number in range(100):
        here.bandit.decide("button", context={"plan": f"p{number % 50}"})
    recorded = {name for name in counts(here) if name.startswith("l/")}
    assert recorded == {f"l/plan(p{number}" for number in range(16)}
    late = here.bandit.decide("button", context={"plan": "p49"})
    known = here.bandit.decide("button", context={"plan": "p3"})
    assert "plan('o" in parsed(late.basis.features)
    assert "plan(p3" in parsed(known.basis.features)
    assert {name for name in counts(here) if name.startswith("l/")} == recorded


def test_the_ledger_holds_the_sums_of_features() -> None:
    """A pull adds its products under the decision's cohort, a reward its features times that."""
    here = shoes({"arms": {"red": None}, "context": {"age": "numeric"}, "action_context": None})
    decision = here.bandit.decide("button", context={"age": 3})
    here.watch.now += 100
    here.bandit.reward(decision, 0.5)
    here.bandit.reward(decision, 9.0, goal="other")
    cohort = here.bandit._ground.snapshot.known("button").experiment.cohort(decision.time)
    sums = {name: n for name, n in counts(here).items() if name[:2] in {"A/", "b/", "n/"}}
    assert sums == {
        f"n/red/{cohort}": 1,
        f"A/red/{cohort}//age": 3,
        f"A/red/{cohort}/age/age": 9,
        f"b/red/{cohort}/age": 1.5,
    }


def test_a_shared_model_has_the_products() -> None:
    """All arms of a shared model add to one sum, with the products of subject and action."""
    here = shoes(
        {"model": "shared", "context": {"age": "numeric"}, "action_context": {"price": "numeric"}}
    )
    decision = here.bandit.decide("button", context={"age": 3})
    here.bandit.reward(decision)
    price = 10 if decision.arm == "red" else 20
    found = {name.split("/", 3)[3]: n for name, n in counts(here).items() if name[:2] == "A/"}
    assert found["/age:'price"] == 3 * price
    assert found["age:'price/age:'price"] == (3 * price) ** 2
    assert all(name.split("/")[1] == "*shared" for name in counts(here) if name[:2] in {"A/", "b/"})


anything: st.SearchStrategy[Any] = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(),
        st.binary(),
        st.sampled_from([10**400, "1e999", "x" * 10_000, "\ud800", "a'b(c)*~!", "\t\n"]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=2), st.dictionaries(st.text(), inner, max_size=2)
    ),
    max_leaves=3,
)
names = st.one_of(st.sampled_from(["age", "country", "plan", "price", "tier", "id"]), st.text())
some = st.dictionaries(names, anything, max_size=4)


@settings(max_examples=150)
@given(
    context=st.one_of(some, anything),
    actions=st.one_of(
        st.none(),
        st.dictionaries(st.sampled_from(["a", "b", "green"]), some, max_size=3),
        st.lists(st.sampled_from("abc"), max_size=3),
        anything,
    ),
    hashed=st.sampled_from([0, 4]),
    model=st.sampled_from(["shared", "per-arm"]),
    policy=st.sampled_from(["igw", "lints", "linucb", "epsilon-greedy"]),
)
def test_whatever_is_said(context: Any, actions: Any, hashed: int, model: str, policy: str) -> None:
    """A caller is told with a ContextError, a view gets a decision; no sum is ever without end."""
    more = {"context": {"age": "numeric", "plan": "categorical"}}
    here = shoes({**more, "hashed": hashed, "model": model, "policy": policy}, routes=[])
    with suppress(ContextError):
        decision = here.bandit.decide("button", context=context, actions=actions)
        here.bandit.reward(decision, 0.5)
        here.bandit.reward(decision.token, 0.5, goal="by_token")
    assert set(here.excluded()) <= REASONS
    seen = here.surfer().ask(view=lambda v: v.decide("button", context=context, actions=actions))
    assert seen.reason in {"drawn", *REASONS}
    assert here.bandit.hidden.number == 0
    assert all(map(math.isfinite, counts(here).values()))
    assert here.bandit.health().damaged == 0
    assert here.surfer().ask(view=lambda v: v.decide("button")).reason == "drawn"


def test_a_late_pull() -> None:
    """A prefetch is no pull; the next request is, with the features of the draw, and only once."""
    here = shoes(attributes=SOURCES)
    surfer = here.surfer()
    asked = surfer.ask(query="country=US", sec_purpose="prefetch")
    assert asked.reason == "prefetch"
    assert not [name for name in counts(here) if name[:2] == "A/"]
    cookie = surfer.cookie
    late = [here.surfer(cookie).ask(query="country=GB") for _ in range(3)]
    assert [each.decision.arm for each in late] == [asked.decision.arm] * 3
    assert here.pulls() == 1
    single = {n for name, n in counts(here).items() if name[:2] == "A/" and "country(US" in name}
    assert single
    assert not [name for name in counts(here) if name[:2] == "A/" and "country(GB" in name]
    late[-1].visit.reward("button")
    (record, *_) = late[0].effects.records
    assert decode(record).once.endswith(":*pull")


def test_a_basis_without_features_is_a_pull() -> None:
    """Where nothing is known of anybody, pulls are counted without features."""
    here = shoes({"context": None, "action_context": None, "hashed": 4, "arms": ["x", "y"]})
    seen = here.surfer().ask()
    assert seen.decision.basis.features == ""
    assert seen.decision.basis != Basis()
    assert [name[:2] for name in added(seen.effects)] == ["n/"]
    here.bandit.decide("button")
    assert {name[:2] for name in counts(here)} == {"n/"}
