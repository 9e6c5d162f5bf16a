from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable
from typing import Any

import pytest

from banditware import eppo
from tests.eppo.files import Kept, action, allocation, bandit, client, flag, flags, reference

KINDS: list[tuple[str, Any]] = [
    ("STRING", "yes"),
    ("INTEGER", 1),
    ("NUMERIC", None),
    ("BOOLEAN", True),
    ("JSON", {"a": [1]}),
]


def ask(asked: eppo.EppoClient, kind: str, default: Any = "default", **attributes: Any) -> Any:
    """Return what the flag `f` says to alice."""
    return getattr(asked, f"get_{kind.lower()}_assignment")("f", "alice", attributes, default)


def look(asked: eppo.EppoClient, kind: str = "STRING", **attributes: Any) -> dict[str, Any]:
    """Return the details of the flag `f` for alice."""
    getter = getattr(asked, f"get_{kind.lower()}_assignment_details")
    details: dict[str, Any] = getter("f", "alice", attributes, "default").evaluation_details
    return details


@pytest.mark.parametrize(("kind", "value"), KINDS)
def test_a_flag_of_each_type(kind: str, value: Any) -> None:
    """Each type has its getter; the others say that it does not fit."""
    made = flag(kind=kind)
    if kind == "NUMERIC":
        made["variations"]["on"]["value"] = value = 2.5
    asked = client(flags(f=made))
    assert ask(asked, kind) == value
    assert look(asked, kind)["variationValue"] == {"type": kind, "value": value}
    for other, _ in KINDS:
        if other != kind:
            assert ask(asked, other) == "default"
            details = look(asked, other)
            assert details["flagEvaluationCode"] == "TYPE_MISMATCH"
            found = f"Found: {kind.capitalize()} != {other.capitalize()} for flag f"
            assert details["flagEvaluationDescription"].endswith(found)


def test_json_is_the_callers_own() -> None:
    """What one caller changes in a value, no other one sees."""
    asked = client(flags(f=flag(kind="JSON")))
    ask(asked, "json")["a"].append(2)
    assert ask(asked, "json") == {"a": [1]}


def test_without_a_configuration_everything_is_the_default() -> None:
    """A client without files answers with defaults, and details say why."""
    asked = eppo.EppoClient(logger=Kept(), clock=lambda: 0)
    assert ask(asked, "STRING") == "default"
    details = look(asked)
    assert details["flagEvaluationCode"] == "CONFIGURATION_MISSING"
    assert details["flagEvaluationDescription"] == "Configuration has not been fetched yet"
    assert [details[key] for key in ("configFetchedAt", "configPublishedAt")] == [None, None]
    assert details["timestamp"] == "1970-01-01T00:00:00Z"
    result = asked.get_bandit_action_details("f", "alice", {}, {"x": {}}, "default")
    assert (result.variation, result.action) == ("default", None)
    details = result.evaluation_details
    assert details["banditEvaluationCode"] == "CONFIGURATION_MISSING"
    assert details["flagEvaluationCode"] is None
    assert details["flagEvaluationDescription"] == "Flag evaluation was not attempted"
    assert (asked.get_flag_keys(), asked.get_bandit_keys()) == (set(), set())
    assert asked.get_configuration() is None
    assert not asked.is_initialized()


def test_a_configuration_is_swapped_as_a_whole() -> None:
    """While two configurations take turns, no answer is of neither, and none of both."""
    one = flags(f=flag(), g=flag())
    other = flags(f=flag(variations={"on": {"key": "on", "value": "new"}}))
    configurations = [eppo.Configuration.from_files(each) for each in (one, other)]
    asked = eppo.EppoClient(configurations[0])
    over = threading.Event()

    def swap() -> None:
        while not over.is_set():
            for each in configurations:
                asked.set_configuration(each)

    thread = threading.Thread(target=swap)
    thread.start()
    try:
        answers = {ask(asked, "STRING") for _ in range(3_000)}
    finally:
        over.set()
        thread.join()
    assert answers <= {"yes", "new"}
    asked.set_configuration(configurations[1])
    assert ask(asked, "STRING") == "new"
    assert asked.get_flag_keys() == {"f"}
    assert asked.get_configuration() is configurations[1]


BROKEN: list[tuple[str, Callable[[dict[str, Any]], Any]]] = [
    ("no key", lambda each: each.pop("key")),
    ("key", lambda each: each.update(key=5)),
    ("no enabled", lambda each: each.pop("enabled")),
    ("type", lambda each: each.update(variationType="NEW_TYPE")),
    ("variations", lambda each: each.update(variations=[])),
    ("value", lambda each: each["variations"]["on"].update(value=None)),
    ("allocations", lambda each: each.update(allocations={})),
    ("allocation", lambda each: each.update(allocations=[5])),
    ("shards", lambda each: each.update(totalShards=0)),
    ("negative", lambda each: each.update(totalShards=-1)),
    ("float", lambda each: each.update(totalShards=10_000.0)),
    ("huge", lambda each: each.update(totalShards=2**32)),
    ("rules", lambda each: each["allocations"][0].update(rules=None)),
    ("log", lambda each: each["allocations"][0].update(doLog=1)),
    ("date", lambda each: each["allocations"][0].update(startAt="tomorrow")),
    ("date type", lambda each: each["allocations"][0].update(endAt=5)),
    ("extra", lambda each: each["allocations"][0]["splits"][0].update(extraLogging={"a": 1})),
    ("split", lambda each: each["allocations"][0].update(splits=[{"variationKey": "on"}])),
]


@pytest.mark.parametrize(("name", "spoil"), BROKEN, ids=lambda each: str(each)[:12])
def test_one_flag_that_cannot_be_read_leaves_the_others(
    name: str, spoil: Callable[[dict[str, Any]], Any]
) -> None:
    """Whatever is wrong with one flag, that one has the default, and the next one is served."""
    broken = flag()
    spoil(broken)
    asked = client(flags(f=broken, g=flag()))
    assert ask(asked, "STRING") == "default"
    details = look(asked)
    assert details["flagEvaluationCode"] == "UNEXPECTED_CONFIGURATION_ERROR"
    assert details["flagEvaluationDescription"].startswith("Configuration error.")
    assert details["allocations"] == []
    assert asked.get_string_assignment("g", "alice", {}, "default") == "yes"
    assert asked.get_flag_keys() == {"f", "g"}


def test_a_flag_that_is_off_or_unknown() -> None:
    """Both have the default, and the same words."""
    asked = client(flags(f=flag(enabled=False)))
    assert ask(asked, "STRING") == "default"
    assert look(asked)["flagEvaluationDescription"] == "Unrecognized or disabled flag: f"
    details = asked.get_string_assignment_details("g", "alice", {}, "").evaluation_details
    assert details["flagEvaluationCode"] == "FLAG_UNRECOGNIZED_OR_DISABLED"


def test_a_value_of_another_type_than_its_flag() -> None:
    """It is an assignment error with the words that Eppo's shared cases have."""
    made = flag(kind="INTEGER")
    made["variations"]["on"]["value"] = 3.1415926
    details = look(client(flags(f=made)), "INTEGER")
    assert details["flagEvaluationCode"] == "ASSIGNMENT_ERROR"
    assert details["flagEvaluationDescription"] == (
        "Variation (on) is configured for type INTEGER, "
        "but is set to incompatible value (3.1415926)"
    )
    assert (details["variationKey"], details["variationValue"]) == ("on", None)
    assert details["allocations"][0]["allocationEvaluationCode"] == "MATCH"


ERRORS: list[tuple[dict[str, Any], str]] = [
    (flag(kind="BOOLEAN"), r"invalid flag type \(expected: String, found: Boolean\)"),
    (flag(totalShards=0), "error parsing configuration"),
    (flag(variations={}), "unexpected configuration received"),
    (flag(variations={"on": {"key": "on", "value": 5}}), "unexpected configuration received"),
]


@pytest.mark.parametrize(("made", "message"), ERRORS, ids=lambda each: str(each)[:20])
def test_graceful_mode_decides_what_mistakes_do(made: dict[str, Any], message: str) -> None:
    """While it is on they mean the default; while it is off they raise, except from details."""
    asked = client(flags(f=made))
    modes = [asked.is_graceful_mode]
    assert ask(asked, "STRING") == "default"
    asked.set_is_graceful_mode(False)
    assert [*modes, asked.is_graceful_mode] == [True, False]
    with pytest.raises(eppo.EvaluationError, match=message):
        ask(asked, "STRING")
    with pytest.raises(RuntimeError):
        ask(asked, "STRING")
    assert look(asked)["variationValue"] is None
    assert asked.get_string_assignment("unknown", "alice", {}, "default") == "default"
    assert asked.get_bandit_action("f", "alice", {}, {}, "default").variation == "default"


def test_events_of_a_flag() -> None:
    """An assignment is one event with the fields of Eppo's, extra ones merged into it."""
    kept = Kept()
    splits = [{"variationKey": "on", "shards": [], "extraLogging": {"holdout": "h"}}]
    asked = client(flags(f=flag(allocation(splits=splits), key="g")), logger=kept)
    ask(asked, "STRING", age=30, nan=float("nan"), inf=float("inf"), member=True, none=None)
    (event,) = kept.events
    assert event.pop("metaData")["sdkName"] == "banditware"
    assert event == {
        "featureFlag": "g",
        "allocation": "a",
        "experiment": "g-a",
        "variation": "on",
        "holdout": "h",
        "subject": "alice",
        "subjectAttributes": {"age": 30.0, "nan": None, "inf": None, "member": True, "none": None},
        "timestamp": "2024-04-17T00:00:00.500Z",
    }
    json.dumps(event, allow_nan=False)
    kept.events.clear()
    assert look(asked) == kept.events[0]["evaluationDetails"]


@pytest.mark.parametrize(
    "made",
    [
        flag(allocation(doLog=False)),
        flag(allocation(splits=[])),
        flag(variations={}),
        flag(enabled=False),
        flag(kind="JSON"),
    ],
)
def test_what_is_no_event(made: dict[str, Any]) -> None:
    """Nothing is logged where the file says so, and where there is no assignment."""
    kept = Kept()
    asked = client(flags(f=made), logger=kept)
    ask(asked, "STRING")
    look(asked)
    asked.get_bandit_action("f", "alice", {}, {}, "default")
    assert kept.events == []


def test_a_logger_may_fail(caplog: pytest.LogCaptureFixture) -> None:
    """The answer comes nevertheless, also while graceful mode is off; the failure is logged."""

    class Failing(eppo.AssignmentLogger):
        def log_assignment(self, event: dict[str, Any]) -> None:
            raise OSError("disk full")

        def log_bandit_action(self, event: dict[str, Any]) -> None:
            raise SystemError("worse")

    file = {**flags(f=flag()), "bandits": {"b": [reference()]}}
    asked = client(file, bandit({"x": action(1.0)}), Failing())
    asked.set_is_graceful_mode(False)
    assert ask(asked, "STRING") == "yes"
    result = asked.get_bandit_action("f", "alice", {}, ["x"], "default")
    assert (result.variation, result.action) == ("yes", "x")
    assert [record.name for record in caplog.records] == ["banditware.eppo"] * 3
    assert "disk full" in caplog.text
    assert "worse" in caplog.text


WRONG: list[tuple[str, tuple[Any, ...]]] = [
    ("attributes must be a mapping", ("f", "alice", ["age"], {}, "d")),
    ("attribute 'age' must be text", ("f", "alice", {"age": [1]}, {}, "d")),
    ("name of an attribute", ("f", "alice", {1: 1}, {}, "d")),
    ("actions must be a mapping", ("f", "alice", {}, "nike", "d")),
    ("name of an action", ("f", "alice", {}, [5], "d")),
    ("flag_key must be text", (5, "alice", {}, {}, "d")),
    ("subject_key must be text", ("f", None, {}, {}, "d")),
]


@pytest.mark.parametrize(("message", "arguments"), WRONG)
def test_what_is_the_callers_mistake(message: str, arguments: tuple[Any, ...]) -> None:
    """Keys, attributes and actions that cannot be such are refused, by name."""
    with pytest.raises(TypeError, match=message):
        client(flags()).get_bandit_action(*arguments)


def test_odd_subjects() -> None:
    """A blank subject, and one that no encoding knows, are subjects like others."""
    shards = [{"salt": "s", "ranges": [{"start": 0, "end": 9_999}]}]
    splits = [{"variationKey": "on", "shards": shards}]
    asked = client(flags(f=flag(allocation(splits=splits))))
    assert asked.get_string_assignment("f", "", {}, "default") == "yes"
    assert asked.get_string_assignment("f", "\udcff", {}, "default") == "yes"


def test_a_client_that_runs_nothing(caplog: pytest.LogCaptureFixture) -> None:
    """The methods of Eppo's that are about fetching are there and do nothing."""
    caplog.set_level(logging.DEBUG)
    asked = client(flags())
    asked.wait_for_initialization()
    asked.shutdown()
    assert asked.is_initialized()
    assert caplog.records == []


def test_a_logger_that_is_not_made_one() -> None:
    """The base class drops events."""
    asked = client(flags(f=flag()), logger=eppo.AssignmentLogger())
    assert ask(asked, "STRING") == "yes"
    eppo.AssignmentLogger().log_bandit_action({})
