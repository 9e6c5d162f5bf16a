from __future__ import annotations

from typing import Any

import pytest

from banditware import eppo
from tests.eppo.files import Kept, allocation, bandit, client, flag, flags, reference

BANDITS: list[tuple[dict[str, Any], list[str], tuple[str, str], str | None, bool]] = [
    (flag(), ["x"], ("MATCH", "MATCH"), "x", True),
    (flag(), [], ("MATCH", "NO_ACTIONS_SUPPLIED_FOR_BANDIT"), None, True),
    (
        flag(allocation(splits=[{"variationKey": "off", "shards": []}])),
        ["x"],
        ("MATCH", "NON_BANDIT_VARIATION"),
        None,
        True,
    ),
    (flag(allocation(splits=[])), ["x"], ("DEFAULT_ALLOCATION_NULL", "MATCH"), "x", False),
    (flag(kind="JSON"), ["x"], ("TYPE_MISMATCH", "MATCH"), "x", False),
    (flag(enabled=False), ["x"], ("FLAG_UNRECOGNIZED_OR_DISABLED", "MATCH"), "x", False),
]


@pytest.mark.parametrize(
    ("made", "names", "codes", "chosen", "assigned"),
    BANDITS,
    ids=["-".join(each[2]) for each in BANDITS],
)
def test_from_a_flag_to_a_bandit(
    made: dict[str, Any],
    names: list[str],
    codes: tuple[str, str],
    chosen: str | None,
    assigned: bool,
) -> None:
    """The value, or the default equal to it, leads to the bandit; the assignment comes first."""
    kept = Kept()
    asked = client({**flags(f=made), "bandits": {"b": [reference()]}}, bandit({}), kept)
    result = asked.get_bandit_action_details("f", "alice", {}, names, "yes")
    assert result.action == chosen
    details = result.evaluation_details
    assert (details["flagEvaluationCode"], details["banditEvaluationCode"]) == codes
    assert details["banditAction"] == chosen
    kinds = ["allocation" if "allocation" in event else "action" for event in kept.events]
    assert kinds == ["allocation"] * assigned + ["action"] * (chosen is not None)
    assert asked.get_bandit_action("f", "alice", {}, names, "yes").action == chosen


def test_a_default_leads_to_no_bandit_of_another_flag() -> None:
    """A bandit is found by flag and value: an unknown flag has none, whatever its default."""
    asked = client({**flags(f=flag()), "bandits": {"b": [reference()]}}, bandit({}))
    assert asked.get_bandit_action("g", "alice", {}, ["x"], "yes").action is None
    assert asked.get_bandit_action("f", "alice", {}, ["x"], "no").action == "x"


def test_a_bandit_without_a_model(caplog: pytest.LogCaptureFixture) -> None:
    """The variation is kept, there is no action, and the log says what is missing."""
    kept = Kept()
    asked = client({**flags(f=flag()), "bandits": {"b": [reference()]}}, None, kept)
    result = asked.get_bandit_action_details("f", "alice", {}, ["x"], "default")
    assert (result.variation, result.action) == ("yes", None)
    details = result.evaluation_details
    assert details["banditEvaluationCode"] == "UNEXPECTED_CONFIGURATION_ERROR"
    assert (details["banditKey"], details["banditAction"]) == ("b", None)
    assert "no model" in caplog.text
    assert len(kept.events) == 1


def test_the_event_of_an_action() -> None:
    """It has the fields of Eppo's: numbers as doubles, booleans as such, NaN as None."""
    kept = Kept()
    asked = client({**flags(f=flag()), "bandits": {"b": [reference()]}}, bandit({}), kept)
    context = {"age": 30, "country": "GB", "nothing": None}
    asked.get_bandit_action("f", "alice", context, {"x": {"n": float("nan"), "m": True}}, "d")
    event = kept.events[1]
    assert event.pop("metaData") == kept.events[0]["metaData"]
    assert event == {
        "flagKey": "f",
        "banditKey": "b",
        "subject": "alice",
        "action": "x",
        "actionProbability": 1.0,
        "optimalityGap": 0.0,
        "modelVersion": "v1",
        "timestamp": "2024-04-17T00:00:00.500+00:00",
        "subjectNumericAttributes": {"age": 30.0},
        "subjectCategoricalAttributes": {"country": "GB"},
        "actionNumericAttributes": {"n": None},
        "actionCategoricalAttributes": {"m": True},
    }


def test_the_newer_form_of_references() -> None:
    """`banditReferences` leads to bandits too; where both are there, `bandits` is what counts."""
    newer = {"b": {"modelVersion": "v1", "flagVariations": [reference()]}}
    asked = client({**flags(f=flag()), "banditReferences": newer}, bandit({}))
    assert asked.get_bandit_action("f", "alice", {}, ["x"], "default").action == "x"
    older = {"b": [reference(name="other")]}
    both = {**flags(f=flag()), "bandits": older, "banditReferences": newer}
    result = client(both, bandit({})).get_bandit_action_details("f", "a", {}, ["x"], "default")
    assert result.evaluation_details["banditKey"] == "other"


def test_all_forms_of_attributes() -> None:
    """Mappings, `ContextAttributes`, none, a mix of them, and names alone are actions."""
    asked = client({**flags(f=flag()), "bandits": {"b": [reference()]}}, bandit({}))
    mixed: dict[str, Any] = {"x": {"a": 1}, "y": eppo.ContextAttributes({"a": 1}, {}), "z": None}
    told = eppo.ContextAttributes({"a": 1}, {"b": "c"})
    chosen = asked.get_bandit_action("f", "alice", told, mixed, "d").action
    assert chosen == asked.get_bandit_action("f", "alice", None, ["x", "y", "z"], "d").action
    assert asked.get_string_assignment("f", "alice", told, "d") == "yes"
    assert asked.get_string_assignment("f", "alice", None, "d") == "yes"
