"""Who takes part in an experiment, outside of requests."""

from __future__ import annotations

from collections import Counter

import pytest
from scipy import stats

from tests.support import Stand, stand

pytestmark = pytest.mark.usefixtures("calm")

ADULT = [{"attribute": "age", "operator": "GTE", "value": 18}]


def reasons(here: Stand, *subjects: str | None, name: str = "button") -> Counter[str]:
    """Return the reasons of decisions for these subjects."""
    return Counter(here.bandit.decide(name, subject=subject).reason for subject in subjects)


def test_the_context_is_what_is_given() -> None:
    """Conditions are about the context; who does not fulfil them gets the default."""
    here = stand({"only_if": ADULT})
    assert here.bandit.decide("button", context={"age": 18}).reason == "drawn"
    out = here.bandit.decide("button", subject="u1", context={"age": 17})
    assert (out.reason, out.arm, out.counted, out.id) == ("not_targeted", "red", False, "")
    assert here.bandit.decide("button").reason == "not_targeted"
    assert here.bandit.decide("button", default="plain").value == "plain"
    assert (here.pulls(), here.excluded()) == (1, {"not_targeted": 3})


def test_what_was_not_decided_earns_nothing() -> None:
    """A decision of somebody who does not take part is no pull, and cannot be rewarded."""
    here = stand({"only_if": ADULT})
    out = here.bandit.decide("button", context={"age": 17})
    assert here.bandit.reward(out) is False
    assert here.bandit.reward(out.token) is False
    assert here.rewards() == 0


def test_the_subject_is_the_attribute_id() -> None:
    """A condition about `id` is about the subject, unless the context gives another."""
    rule = [{"attribute": "id", "operator": "MATCHES", "value": "^u"}]
    here = stand({"only_if": rule})
    assert reasons(here, "u1", "v1", None) == {"drawn": 1, "not_targeted": 2}
    assert here.bandit.decide("button", subject="v1", context={"id": "u1"}).reason == "drawn"
    assert here.bandit.decide("button", subject="u1", context={"id": None}).reason != "drawn"


def test_traffic_of_subjects() -> None:
    """A subject is in the share or not, on every call."""
    here = stand({"traffic": "20%"})
    names = [f"u{number}" for number in range(2_000)]
    first = [here.bandit.decide("button", subject=name).reason for name in names]
    assert first == [here.bandit.decide("button", subject=name).reason for name in names]
    assert stats.binomtest(first.count("drawn"), 2_000, 0.2).pvalue > 1e-3
    assert here.excluded() == {"traffic": 2 * first.count("traffic")}


def test_without_a_subject_every_call_is_for_somebody_new() -> None:
    """Code that names no subjects has its share of the calls, and goes on without an error."""
    here = stand({"traffic": "20%"})
    found = reasons(here, *[None] * 2_000)
    assert stats.binomtest(found["drawn"], 2_000, 0.2).pvalue > 1e-3
    assert here.pulls() == found["drawn"]


def test_a_group_of_subjects() -> None:
    """A subject is in one experiment of a group, the same one in requests and outside."""
    button = {"arms": ["a", "b"], "group": "g", "traffic": "50%"}
    here = stand(experiments={"button": button, "title": button}, routes=[])
    for number in range(200):
        both = reasons(here, f"u{number}") + reasons(here, f"u{number}", name="title")
        assert both == {"drawn": 1, "group": 1}


def test_dates() -> None:
    """Before the start and after the end there is the default, and rewards are still credited."""
    here = stand({"start": "2027-01-15T08:00Z", "end": "2027-01-15T09:00Z"})
    decision = here.bandit.decide("button")
    here.watch.now -= 1
    assert here.bandit.decide("button").reason == "not_started"
    here.watch.now += 3_601
    assert here.bandit.decide("button").reason == "ended"
    assert here.bandit.reward(decision)
    assert here.bandit.reward(decision.token)
    assert here.rewards() == 1
    assert here.excluded() == {"not_started": 1, "ended": 1, "duplicate": 1}


def test_only_those_who_take_part_are_held_out() -> None:
    """The holdout is a share of those who fulfil the conditions."""
    here = stand({"only_if": ADULT, "holdout": "50%"})
    young = [here.bandit.decide("button", subject=f"u{n}", context={"age": 1}) for n in range(50)]
    assert {each.reason for each in young} == {"not_targeted"}
    old = [here.bandit.decide("button", subject=f"u{n}", context={"age": 20}) for n in range(50)]
    assert {each.reason for each in old} == {"drawn", "holdout"}
