"""What is drawn from a model's scores."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from banditware.contextual import choosing
from banditware.contextual.choosing import Choice, Chooser, chooser
from banditware.contextual.encoding import Given
from banditware.contextual.policies import POLICIES
from banditware.contextual.scoring import Actions
from banditware.model import Attribute, Context, Schema

SCHEMA = Schema((Attribute("age", "numeric"), Attribute("plan", "categorical")), (), 0)

#: What two arms earned of the young and the old: x is for the old.
FIELDS = {
    "n/x/0": 20,
    "n/y/0": 20,
    "A/x/0//age": 600,
    "A/x/0/age/age": 26_000,
    "A/y/0//age": 600,
    "A/y/0/age/age": 26_000,
    "s/x/0/reward": 10,
    "q/x/0/reward": 10,
    "s/y/0/reward": 10,
    "q/y/0/reward": 10,
    "b/x/0/age": 500,
    "b/y/0/age": 100,
    "l/plan(pro": 1,
}


def chosen(chooses: Chooser, context: Given, actions: Actions, uniform: float) -> Choice:
    """Return what is drawn."""
    scorer = chooses.scorer(tuple(actions))
    return chooses.choose(scorer, scorer.own(actions), context, uniform)


def made(policy: str = "igw", *, shared: bool = False) -> Chooser:
    """Return what chooses by `FIELDS`."""
    context = Context(SCHEMA, POLICIES[policy](), shared)
    return chooser(context, FIELDS, {}, goal="reward", batch=1.0)


@pytest.mark.parametrize("policy", POLICIES)
def test_who_gets_what(policy: str) -> None:
    """What is drawn follows the context, with the propensity that is told."""
    chooses, generator = made(policy), random.Random(1)
    actions: Actions = {"x": {}, "y": {}}
    for age, better in ((50, "x"), (10, "y")):
        scores, shares = chooses.weighed({"age": age}, actions)
        drawn = Counter[str]()
        for _ in range(400):
            name, propensity, gap, features = chosen(
                chooses, {"age": age}, actions, generator.random()
            )
            drawn[name] += 1
            at = list(actions).index(name)
            assert propensity == shares[at]
            assert gap == max(scores) - scores[at]
            assert features == f"age){age}*plan('m"
        assert shares[list(actions).index(better)] > 0.6
        assert drawn[better] / 400 == pytest.approx(max(shares), abs=0.08)


def test_the_order_of_actions_does_not_matter() -> None:
    """Every action has its share, whatever stands before it."""
    one = made().weighed({"age": 50}, {"x": {}, "y": {}})[1]
    other = made().weighed({"age": 50}, {"y": {}, "x": {}})[1]
    assert one == pytest.approx(other[::-1])


def test_what_rounding_leaves() -> None:
    """A number that no share reaches draws the likeliest action."""
    actions: Actions = {"x": {}, "y": {}}
    assert chosen(made(), {"age": 50}, actions, 2.0)[0] == "x"
    assert chosen(made(), {"age": 10}, actions, 2.0)[0] == "y"


def test_a_shared_model() -> None:
    """All actions are scored by one model, one never shown as well."""
    scores, shares = made(shared=True).weighed({"age": 50}, {"new": {}, "x": {}})
    assert scores[0] == scores[1]
    assert shares == pytest.approx((0.5, 0.5))


def test_scorers_are_kept_and_few(monkeypatch: pytest.MonkeyPatch) -> None:
    """The scorer of some actions is made once; there is an end to how many are kept."""
    monkeypatch.setattr(choosing, "_KEPT", 2)
    chooses = made()
    for name in "abc":
        chosen(chooses, {}, {name: {}}, 0.5)
        kept = chooses.scorers[name,]
        chosen(chooses, {}, {name: {}}, 0.5)
        assert chooses.scorers[name,] is kept
        assert len(chooses.scorers) <= 2
    assert list(chooses.scorers) == [("c",)]


def test_levels_are_recorded_a_few_at_a_time() -> None:
    """A level is recorded whenever it is met, but of new ones no more than are ever kept."""
    chooses = made()
    assert chooses.unseen({"plan": "pro"}, {}) == []
    assert chooses.unseen({"plan": "one"}, {}) == ["plan(one"]
    for number in range(30):
        chooses.unseen({"plan": f"p{number}"}, {})
    assert chooses.unseen({"plan": "late"}, {}) == []
    assert chooses.unseen({"plan": "one"}, {}) == ["plan(one"]
    assert chooses.unseen({}, {}) == []
