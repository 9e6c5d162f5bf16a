"""Details of decisions outside of requests; the pieces are tested through them."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from banditware import Decision
from banditware.contextual.policies import POLICIES as CONTEXTUAL
from banditware.details import Details, Rule, Weighed
from banditware.errors import ContextError, UnknownExperimentError
from banditware.policies import POLICIES, vectors
from banditware.policies.fixed import Fixed
from tests.contextual.cases import anything
from tests.support import HOUR, NOON, Stand, stand

pytestmark = pytest.mark.usefixtures("calm")

ADULT = [{"attribute": "age", "operator": "GTE", "value": 18}]

SHOE: dict[str, Any] = {
    "context": {"age": "numeric", "country": {"type": "categorical", "levels": ["GB", "US"]}},
    "action_context": {"price": "numeric"},
    "arms": {
        "adidas": {"attributes": {"price": 5}},
        "kids": {
            "attributes": {"price": 2},
            "available": [{"attribute": "age", "operator": "LT", "value": 12}],
        },
        "nike": {"attributes": {"price": 3}, "value": {"size": 42}},
    },
    "default": "nike",
}


def shoes(**more: Any) -> Stand:
    """Return a stand whose only experiment is contextual."""
    return stand(experiments={"shoe": {**SHOE, **more}}, routes=[])


def told(decision: Decision) -> Details:
    """Return the details, which have to say what the decision says."""
    details = decision.details
    assert details is not None
    for name in ("experiment", "version", "reason", "arm", "value", "propensity", "id"):
        assert getattr(details, name) == getattr(decision, name)
    assert details.decided
    json.dumps(details.as_dict(), allow_nan=False)
    assert str(details).startswith(f"{decision.experiment}: ")
    return details


def failed(details: Details) -> Rule:
    """Return the rule that settled it, which is the last one that was tried."""
    *passed, last = details.rules
    assert all(rule.passed for rule in passed)
    assert not last.passed
    return last


def taught(here: Stand, number: int = 60) -> Stand:
    """Return a stand that has seen who likes what."""
    for each in range(number):
        age, country = 8 + each % 40, "GB" if each % 3 else "US"
        decision = here.bandit.decide("shoe", context={"age": age, "country": country})
        here.bandit.reward(decision, float((decision.arm == "nike") == (country == "GB")))
    here.bandit.flush()
    return here


# What a draw weighs.

counts = st.tuples(st.integers(0, 200), st.integers(0, 200)).map(lambda two: (max(two), min(two)))


@pytest.mark.parametrize("name", POLICIES)
@settings(max_examples=8)
@given(seen=st.lists(counts, min_size=3, max_size=3), seed=st.integers(0, 99))
def test_probabilities_are_those_of_the_draw(
    name: str, seen: list[tuple[int, int]], seed: int
) -> None:
    """For every policy and any counts, the probability that is told is that of the decision."""
    policy: Any = name
    if name == Fixed.name:
        policy = {"name": name, "weights": {"a": 0.6, "b": 0.3, "c": 0.1}}
    here = stand({"arms": ["a", "b", "c"], "default": "a", "policy": policy}, seed=seed)
    fields: dict[str, float] = {}
    for arm, (pulls, won) in zip("abc", seen, strict=True):
        fields |= {f"n/{arm}/0": pulls, f"m/{arm}/0/reward": won, f"w/{arm}/0/reward": 3 * won}
        fields |= {f"{kind}/{arm}/0/reward": won for kind in "ksq"}
    snapshot = here.bandit._ground.snapshot
    read = {"button@1": (7, fields)}
    here.bandit._ground.snapshot = snapshot.advanced(read, now=NOON, fault=here.bandit.hidden)
    decision = here.bandit.decide("button", details=True)
    details = told(decision)
    report = here.bandit._ground.snapshot.experiments["button"].probabilities
    assert tuple(arm.probability for arm in details.arms) == report
    assert _drawn(details).probability == decision.propensity
    assert [(arm.pulls, arm.rewards) for arm in details.arms] == [(n, k) for n, k in seen]
    assert [arm.mean for arm in details.arms] == [k / n if n else None for n, k in seen]
    assert (details.snapshot, details.policy) == (7, name)


def test_pulls_are_those_that_the_policy_counts() -> None:
    """While rewards are on their way, pulls have matured in part, and the rest follows from it."""
    here = stand({"policy": "thompson"})
    for _ in range(4):
        decisions = [here.bandit.decide("button") for _ in range(10)]
        here.watch.now += 2 * HOUR
        for decision in decisions[:3]:
            here.bandit.reward(decision)
    late = [here.bandit.decide("button") for _ in range(10)]
    here.bandit.flush()
    details = told(here.bandit.decide("button", details=True))
    matured = math.fsum(arm.pulls for arm in details.arms)
    assert 12 < matured < 40 + len(late)
    floored = vectors.with_floor(tuple(arm.known["best"] for arm in details.arms), vectors.FLOOR)
    assert floored == tuple(arm.probability for arm in details.arms)


def _drawn(details: Details) -> Weighed:
    (drawn,) = (arm for arm in details.arms if arm.arm == details.arm)
    return drawn


@pytest.mark.parametrize("model", ["per-arm", "shared"])
@pytest.mark.parametrize("name", CONTEXTUAL)
@settings(max_examples=5)
@given(
    context=st.fixed_dictionaries(
        {}, optional={"age": st.floats(12, 90), "country": st.sampled_from(["GB", "US", "FR"])}
    ),
    prices=st.lists(st.floats(0, 9), min_size=1, max_size=4),
)
def test_scores_are_those_of_the_draw(
    name: str, model: str, context: Mapping[str, Any], prices: list[float]
) -> None:
    """For every contextual policy, probability and gap are the decision's; terms sum to scores."""
    here = taught(shoes(policy=name, model=model, hashed=2))
    actions = {f"a{number}": {"price": price} for number, price in enumerate(prices)}
    for given_actions in (None, actions):
        decision = here.bandit.decide("shoe", context=context, actions=given_actions, details=True)
        details = told(decision)
        drawn = _drawn(details)
        assert drawn.probability == decision.propensity
        assert drawn.gap == decision.basis.gap
        assert math.fsum(arm.probability for arm in details.arms) == pytest.approx(1, abs=1e-9)
        scores = [arm.score for arm in details.arms if arm.score is not None]
        assert len(scores) == len(details.arms)
        for arm, score in zip(details.arms, scores, strict=True):
            assert math.fsum(arm.terms.values()) == pytest.approx(score, abs=1e-9)
            assert arm.gap == max(scores) - score
            assert (arm.error is not None) == (name in {"linucb", "lints"})
        assert details.model["pulls"] > 0
        assert dict(details.context) == context


def test_actions_of_the_caller() -> None:
    """Actions may be names that can be read only once, and are told with their attributes."""
    here = taught(shoes())
    names: Iterator[str] = iter(["x", "nike"])
    details = told(here.bandit.decide("shoe", actions=names, details=True))
    assert [(arm.arm, dict(arm.attributes)) for arm in details.arms] == [("x", {}), ("nike", {})]
    assert details.arms[0].pulls == 0
    assert details.arms[1].pulls > 0
    assert details.unavailable == ()
    (rule,) = details.rules
    assert (rule.name, rule.found) == ("context", "2 of 2 can be drawn")


def test_arms_that_are_not_available() -> None:
    """An arm that is not for this subject is told with the conditions that fail."""
    here = shoes()
    details = told(here.bandit.decide("shoe", context={"age": 30}, details=True))
    assert [arm.arm for arm in details.arms] == ["adidas", "nike"]
    (kids,) = details.unavailable
    assert kids.arm == "kids"
    assert kids.answers[0]._asdict() == {
        "rule": 1,
        "attribute": "age",
        "operator": "LT",
        "value": 12.0,
        "found": 30,
        "holds": False,
    }
    assert details.rules[-1].found == "2 of 3 can be drawn"
    assert "- kids: not available\n  - age LT 12.0: is 30" in str(details)
    young = told(here.bandit.decide("shoe", context={"age": 8}, details=True))
    assert (len(young.arms), young.unavailable) == (3, ())


# The rules.


def test_conditions_tell_what_they_found() -> None:
    """Every condition is told with the attribute's value, a missing one as None."""
    rules = [[*ADULT, {"attribute": "country", "operator": "ONE_OF", "value": ["GB"]}], ADULT[:1]]
    rules[1] = [{"attribute": "id", "operator": "MATCHES", "value": "^vip"}]
    here = stand({"only_if": rules})
    details = told(here.bandit.decide("button", subject="u1", context={"age": 30}, details=True))
    rule = failed(details)
    assert (rule.name, rule.reason) == ("only_if", "not_targeted")
    assert [(each.rule, each.attribute, each.found, each.holds) for each in rule.answers] == [
        (1, "age", 30, True),
        (1, "country", None, False),
        (2, "id", "u1", False),
    ]
    assert "  - 1. country ONE_OF ['GB']: missing" in str(details)
    assert "  - 2. id MATCHES '^vip': is 'u1'" in str(details)
    assert details.why == "red is served without a draw: not_targeted"
    assert details.as_dict()["rules"][0]["passed"] is False
    vip = told(here.bandit.decide("button", subject="vip1", details=True))
    assert [(each.name, each.passed) for each in vip.rules] == [("only_if", True)]


def test_dates() -> None:
    """Start and end are told in UTC, and nothing is tried behind the one that fails."""
    here = stand({"start": "2027-01-15T08:00Z", "end": "2027-01-15T09:00Z", "only_if": ADULT})
    here.watch.now = NOON - 1
    early = failed(told(here.bandit.decide("button", details=True)))
    assert early == Rule(
        "start", "from 2027-01-15T08:00:00Z on", "it is 2027-01-15T07:59:59Z", "not_started"
    )
    here.watch.now = NOON + HOUR
    late = told(here.bandit.decide("button", details=True))
    assert [(each.name, each.reason) for each in late.rules] == [("start", ""), ("end", "ended")]
    here.watch.now = NOON
    during = told(here.bandit.decide("button", context={"age": 18}, details=True))
    assert [each.name for each in during.rules] == ["start", "end", "only_if"]
    assert during.reason == "drawn"


@pytest.mark.parametrize("subjects", [True, False])
def test_shares(subjects: bool) -> None:
    """Traffic and holdout are told as they were decided, for subjects and without."""
    here = stand({"traffic": "60%", "holdout": "30%"})
    reasons = set()
    for number in range(60):
        subject = f"u{number}" if subjects else None
        details = told(here.bandit.decide("button", subject=subject, details=True))
        settled = [rule.reason for rule in details.rules if not rule.passed]
        assert settled == ([] if details.reason == "drawn" else [details.reason])
        assert details.rules[0].asked == "60% of the subjects take part"
        reasons.add(details.reason)
    assert reasons == ({"drawn", "traffic", "holdout"} if subjects else {"drawn", "traffic"})


def test_groups() -> None:
    """Of two experiments of a group, one tells of the group."""
    button = {"arms": ["a", "b"], "group": "g", "traffic": "50%"}
    here = stand(experiments={"button": button, "title": button}, routes=[])
    both = [
        told(here.bandit.decide(each, subject="u", details=True)) for each in ("button", "title")
    ]
    assert {each.reason for each in both} == {"drawn", "group"}
    assert {each.rules[0].name for each in both} == {"group"}
    assert both[0].rules[0].asked.endswith("among the experiments of the group")


# Bad input.


def test_unknown_experiments() -> None:
    """A default for an experiment that nobody knows is told as that; without one it is an error."""
    here = stand()
    details = told(here.bandit.decide("buton", default="plain", details=True))
    assert str(details) == "buton: no experiment has that name: plain is served"
    with pytest.raises(UnknownExperimentError):
        here.bandit.decide("buton", details=True)


def test_nothing_to_choose_from() -> None:
    """No action is the default, and the rule that found none says so."""
    here = stand(experiments={"shoe": {"policy": "igw"}}, routes=[])
    details = told(here.bandit.decide("shoe", default="plain", details=True))
    rule = failed(details)
    assert (rule.name, rule.reason, details.arms) == ("context", "no_actions", ())
    assert "pass actions=" in rule.found


def test_mistakes_are_errors_as_ever() -> None:
    """What a decision refuses, a decision with details refuses."""
    here = shoes()
    for wrong in ({"context": {"age": "old"}}, {"actions": 7}, {"actions": ["a", "a"]}):
        given_: Any = wrong
        with pytest.raises(ContextError):
            here.bandit.decide("shoe", details=True, **given_)


@given(st.dictionaries(st.sampled_from(["age", "beard", "tier"]), anything, max_size=3))
def test_any_context_can_be_told(context: dict[str, Any]) -> None:
    """Whatever a context holds, the details are text for people and strict JSON for programs."""
    here = stand(
        {"only_if": [*ADULT, {"attribute": "beard", "operator": "IS_NULL", "value": True}]}
    )
    told(here.bandit.decide("button", context=context, details=True))


def test_a_fault_of_ours_leaves_the_decision(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was decided and counted is returned, even if a fault of ours keeps it unexplained."""

    def broken(*arguments: object) -> Details:
        raise ZeroDivisionError

    monkeypatch.setattr("banditware.explaining.explained", broken)
    here = stand()
    details = told(here.bandit.decide("button", details=True))
    assert (details.rules, details.arms, here.pulls()) == ((), (), 1)
    assert here.bandit.hidden.number == 1


# Counting.


def test_details_change_nothing() -> None:
    """With details, the same decisions are drawn and the same is counted as without."""
    parts: dict[str, Any] = {"only_if": ADULT, "traffic": "80%", "holdout": "20%"}
    everything = {"button": {"arms": ["green", "red"], **parts}, "shoe": SHOE}
    seen = []
    for details in (True, False):
        here = stand(experiments=everything, routes=[])
        decisions = []
        for number in range(80):
            context = {"age": number % 40, "country": "GB"}
            subject = f"u{number}" if number % 3 else None
            for name in ("button", "shoe"):
                decision = here.bandit.decide(
                    name, subject=subject, context=context, details=details
                )
                assert (decision.details is not None) is details
                decisions.append(decision._replace(details=None, seal=str))
            if decision.arm == "nike":
                here.bandit.reward(decision)
            if not number % 20:
                here.bandit.flush()
        seen.append((decisions, here.bandit.stats()))
    assert seen[0] == seen[1]


def test_details_are_of_the_counts_that_decided() -> None:
    """What was read meanwhile does not come into the details of a decision."""
    here = taught(shoes())
    before = here.bandit.decide("shoe", context={"age": 30}, details=True)
    assert told(before).snapshot == before.snapshot
    assert before.details is not None
    total = sum(arm.pulls for arm in before.details.arms)
    assert before.details.model["pulls"] >= total > 0


def test_many_actions() -> None:
    """Text shows the served action and the likeliest; JSON has all of them."""
    here = shoes()
    actions = {f"a{number}": {"price": number} for number in range(30)}
    details = told(here.bandit.decide("shoe", actions=actions, details=True))
    assert len(details.as_dict()["arms"]) == 30
    text = str(details)
    assert "what a draw weighs, and 10 more" in text
    assert f"\n  {details.arm}" in text
    assert "no counts read yet" in text or "counts 0" in text
