from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from banditware.counts import HOLDOUT
from banditware.crediting import Reward
from banditware.events.describing import Event, Shown, describe, key_of, timestamp
from banditware.events.happened import Decided, Identified, Rewarded, at_once, kept
from banditware.events.schema import log_schema
from banditware.model import NO_BASIS, Arm, Basis, Decision
from banditware.policies.thompson import Thompson
from banditware.tokens import Assignment
from tests.support import NOON, experiment

BASIS = Basis(
    {"age": 25, "country": "GB"},
    {"green": {"affinity": 2.5, "tier": "gold"}, "red": {"affinity": 1}},
    "1 0 2.5",
    0.125,
)


def decision(**changes: Any) -> Decision:
    """Return a decision that was drawn."""
    plain = Decision(
        "button", "green", "#0f0", 0.25, "drawn", True, "d1", NOON, "1", lambda _: "token", 7
    )
    return plain._replace(**changes)


def decided(one: Decision, excluded: str = "", **shown: Any) -> Event:
    """Return the event of a decision."""
    happened = Decided(NOON, "user-1", experiment(), one, kept(one), excluded)
    return describe(happened, Shown(**shown), "e1")


def rewarded(reward: Reward, entry: Assignment | None, excluded: str = "", **more: Any) -> Event:
    """Return the event of a reward that came ten seconds after noon."""
    happened = Rewarded(NOON + 10, None, experiment(**more), entry, reward, excluded)
    return describe(happened, Shown(), "e2")


ENTRY = Assignment("button", "1", "green", 0.25, int(NOON), "d1")


def test_a_decision() -> None:
    """A decision's event tells what was drawn, with which probability, from which counts."""
    event = decided(decision())
    assert event["kind"] == "decision"
    assert (event["experiment"], event["version"], event["policy"]) == ("button", "1", "uniform")
    assert (event["arm"], event["propensity"], event["decision_id"]) == ("green", 0.25, "d1")
    assert (event["reason"], event["counted"], event["excluded"]) == ("drawn", True, None)
    assert (event["snapshot"], event["model_version"]) == (7, "uniform:1:7")
    assert event["cohort"] == experiment().cohort(NOON)
    assert event["timestamp"] == "2027-01-15T08:00:00.000000Z"
    assert event["optimality_gap"] is None


def test_a_contextual_decision() -> None:
    """Attributes are told by kind, those of the chosen action alone, and features as they are."""
    event = decided(decision(basis=BASIS))
    assert event["subject_numeric"] == {"age": 25}
    assert event["subject_categorical"] == {"country": "GB"}
    assert event["action_numeric"] == {"affinity": 2.5}
    assert event["action_categorical"] == {"tier": "gold"}
    assert (event["features"], event["optimality_gap"]) == ("1 0 2.5", 0.125)
    assert event["actions"] is None


def test_all_actions() -> None:
    """`attributes: all` tells those of every action there was."""
    event = decided(decision(basis=BASIS), attributes="all")
    assert event["actions"]["red"] == {"numeric": {"affinity": 1}, "categorical": {}}
    assert decided(decision(), attributes="all")["actions"] is None


def test_no_attributes() -> None:
    """`attributes: false` tells none, nor what they were encoded to."""
    event = decided(decision(basis=BASIS), attributes="none")
    empty = ("subject_numeric", "subject_categorical", "action_numeric", "action_categorical")
    assert [event[key] for key in empty] == [{}] * 4
    assert (event["features"], event["actions"]) == (None, None)
    assert event["optimality_gap"] == 0.125


def test_what_was_not_drawn() -> None:
    """What nobody drew has neither id nor counts nor cohort."""
    event = decided(decision(id="", snapshot=-1, time=0.0, counted=False, reason="bot"), "bot")
    nothing = ("decision_id", "snapshot", "model_version", "cohort")
    assert [event[key] for key in nothing] == [None] * 4
    assert (event["counted"], event["excluded"]) == (False, "bot")


def test_served_again() -> None:
    """A decision that is served again is no pull, and not excluded either."""
    happened = Decided(NOON, None, experiment(), decision(reason="sticky"), again=True)
    event = describe(happened, Shown(), "e1")
    assert (event["counted"], event["excluded"], event["reason"]) == (False, None, "sticky")


def test_subjects() -> None:
    """A subject is hashed with a key, told as it is, or left out."""
    one, two = (decided(decision(), key=key_of(secret))["subject"] for secret in ("a", "b"))
    assert one == decided(decision(), key=key_of("a"))["subject"]
    assert one != two
    assert "user-1" not in one
    assert len(one) == 32
    assert decided(decision(), subject="plain")["subject"] == "user-1"
    assert decided(decision(), subject="none")["subject"] is None


def test_a_reward() -> None:
    """A reward's event names its decision, what was credited and what is learnt from it."""
    event = rewarded(Reward(0.5), ENTRY)
    assert (event["kind"], event["decision_id"], event["arm"]) == ("reward", "d1", "green")
    assert (event["amount"], event["goal"], event["once"]) == (0.5, "reward", True)
    assert (event["delay"], event["cohort"]) == (10.0, experiment().cohort(NOON))
    assert (event["counted"], event["excluded"], event["unit"]) == (True, None, 0.5)
    assert (event["clipped"], event["holdout"], event["subject"]) == (False, False, None)


def test_a_reward_that_is_cut() -> None:
    """An amount beyond what the policy learns from says so, with what is left of it."""
    event = rewarded(Reward(30.0), ENTRY, reward_range=(0.0, 20.0), policy=Thompson())
    assert (event["amount"], event["unit"], event["clipped"]) == (30.0, 1.0, True)


def test_a_reward_of_another_goal() -> None:
    """The policy learns nothing from other goals."""
    event = rewarded(Reward(3.0, goal="cart"), ENTRY)
    assert (event["goal"], event["unit"]) == ("cart", None)


def test_a_reward_of_the_holdout() -> None:
    """The holdout's reward is for the default arm, which was served, and nothing is learnt."""
    event = rewarded(Reward(), ENTRY._replace(arm=HOLDOUT))
    assert (event["arm"], event["holdout"], event["unit"]) == ("red", True, None)


def test_a_reward_without_a_decision() -> None:
    """A reward that belongs to nothing is told with its reason."""
    event = rewarded(Reward(float("nan")), None, "no_decision")
    nothing = ("decision_id", "arm", "propensity", "cohort", "delay", "amount", "unit")
    assert [event[key] for key in nothing] == [None] * 7
    assert (event["counted"], event["excluded"]) == (False, "no_decision")


def test_the_version_is_the_one_that_is_counted() -> None:
    """A credited reward counts under its decision's version, a refused one under today's."""
    old = ENTRY._replace(version="0")
    assert rewarded(Reward(), old)["version"] == "0"
    assert rewarded(Reward(), old, "late")["version"] == "1"


@pytest.mark.parametrize("seconds", [0.0, 0.1, 1e9 + 0.999999])
def test_timestamps(seconds: float) -> None:
    """Times are told in UTC, to the microsecond, with as many digits always."""
    assert len(timestamp(seconds)) == len("2027-01-15T08:00:00.000000Z")
    assert timestamp(0.1) == "1970-01-01T00:00:00.100000Z"


def test_dicts_that_change_afterwards() -> None:
    """What a caller does with its dicts after the decision does not change the event."""
    context, action = {"age": 25}, {"tier": "gold"}
    basis = Basis(context, {"green": action, "red": {}})
    one = decision(basis=basis)
    first, other = kept(one), kept(one._replace(arm="x"))
    context["age"], action["tier"] = 99, "none"
    event = describe(Decided(NOON, None, experiment(), one, first), Shown(), "e1")
    assert event["subject_numeric"] == {"age": 25}
    assert event["action_categorical"] == {"tier": "gold"}
    assert other.context == {"age": 25}
    assert kept(decision()) is NO_BASIS


def test_at_once() -> None:
    """What no response can change is known at once, with the reason if it does not count."""
    button, one = experiment(), decision()
    assert at_once(one, button, "u") == Decided(NOON, "u", button, one)
    held = at_once(decision(counted=False, reason="holdout"), button, None)
    assert held.excluded == "holdout"


def test_long_names_of_actions() -> None:
    """An action's name may be as long as a caller likes, but not in the event."""
    long = dataclasses.replace(experiment(), arms=(Arm("red", 1),))
    happened = Decided(NOON, None, long, decision(arm="x" * 9_999))
    assert len(describe(happened, Shown(), "e")["arm"]) == 256


def test_who_turned_out_to_be_whom() -> None:
    """An identity shows both subjects as the log shows subjects, and is valid."""
    identified = Identified(0.0, "device", "person", ("button",))
    for shown, both in ((Shown("plain"), ("device", "person")), (Shown("none"), (None, None))):
        event = describe(identified, shown, "e1")
        assert (event["subject"], event["known"]) == both
        assert (event["kind"], event["conflicts"]) == ("identity", ["button"])
        Draft202012Validator(log_schema()).validate(event)
    hashed = describe(identified, Shown(key=b"k"), "e1")
    assert hashed["known"] != hashed["subject"]
