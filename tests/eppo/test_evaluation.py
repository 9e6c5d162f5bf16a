from __future__ import annotations

from typing import Any

import pytest

from banditware.eppo.sharding import shard
from tests.eppo.files import NOW, allocation, client, flag, flags


def look(made: dict[str, Any], subject: str = "alice", **attributes: Any) -> dict[str, Any]:
    """Return the details of a flag."""
    asked = client(flags(f=made))
    result = asked.get_string_assignment_details("f", subject, attributes, "default")
    details: dict[str, Any] = result.evaluation_details
    return details


def code(**changes: Any) -> str:
    """Return the code of an allocation with these changes."""
    found: str = look(flag(allocation(**changes)))["allocations"][0]["allocationEvaluationCode"]
    return found


#: The very moment of the question, and one nanosecond before and after it.
BEFORE, EXACTLY, AFTER = (
    f"2024-04-17T00:00:00.{part}Z" for part in ("499999999", "5", "500000001")
)

DATES = [
    ({"startAt": EXACTLY}, "MATCH"),
    ({"startAt": BEFORE}, "MATCH"),
    ({"startAt": AFTER}, "BEFORE_START_TIME"),
    ({"endAt": EXACTLY}, "MATCH"),
    ({"endAt": AFTER}, "MATCH"),
    ({"endAt": BEFORE}, "AFTER_END_TIME"),
    ({"startAt": AFTER, "endAt": BEFORE}, "BEFORE_START_TIME"),
    ({"startAt": None, "endAt": None}, "MATCH"),
]


@pytest.mark.parametrize(("changes", "wanted"), DATES, ids=str)
def test_both_dates_are_inside(changes: dict[str, Any], wanted: str) -> None:
    """An allocation is on from the very moment of its start to that of its end."""
    assert NOW == 1_713_312_000_500_000_000
    assert code(**changes) == wanted


PLACE = shard("s-alice", 10_000)

RANGES = [
    ([(PLACE, PLACE + 1)], "MATCH"),
    ([(PLACE - 1, PLACE)], "TRAFFIC_EXPOSURE_MISS"),
    ([(PLACE + 1, 10_000)], "TRAFFIC_EXPOSURE_MISS"),
    ([(0, 1), (PLACE, PLACE + 1)], "MATCH"),
    ([(0, 10_000)], "MATCH"),
    ([], "TRAFFIC_EXPOSURE_MISS"),
]


@pytest.mark.parametrize(("ranges", "wanted"), RANGES, ids=str)
def test_a_range_ends_before_its_end(ranges: list[tuple[int, int]], wanted: str) -> None:
    """A range has its start and not its end; one of several is enough."""
    written = [{"start": start, "end": end} for start, end in ranges]
    splits = [{"variationKey": "on", "shards": [{"salt": "s", "ranges": written}]}]
    assert code(splits=splits) == wanted


def test_a_split_needs_all_of_its_shards() -> None:
    """A subject outside of one shard is not in the split, and the next one is tried."""
    inside = {"salt": "s", "ranges": [{"start": PLACE, "end": PLACE + 1}]}
    outside = {"salt": "s", "ranges": [{"start": PLACE + 1, "end": 10_000}]}
    splits = [
        {"variationKey": "on", "shards": [inside, outside, inside]},
        {"variationKey": "off", "shards": [inside, inside]},
    ]
    details = look(flag(allocation(splits=splits)))
    assert details["variationKey"] == "off"
    looks = details["allocations"][0]["evaluatedSplits"]
    assert [[each["matched"] for each in split["shards"]] for split in looks] == [
        [True, False],
        [True, True],
    ]
    assert looks[0]["shards"][0]["shardValue"] == PLACE


def test_rules_are_alternatives_of_conditions() -> None:
    """One rule is enough, of which every condition has to hold; without rules everybody is in."""
    rules = [
        allocation(("a", "GT", 1), ("b", "GT", 1))["rules"][0],
        {"conditions": ["unreadable"]},
        allocation(("c", "ONE_OF", ["x"]))["rules"][0],
    ]
    made = flag(allocation(rules=rules))
    asked: list[tuple[dict[str, Any], list[bool]]] = [
        ({"a": 2, "b": 2}, [True]),
        ({"a": 2}, [False, False, False]),
        ({"a": 0, "c": "x"}, [False, False, True]),
    ]
    for attributes, answers in asked:
        rules_looked_at = look(made, **attributes)["allocations"][0]["evaluatedRules"]
        assert [each["matched"] for each in rules_looked_at] == answers
    conditions = look(made, a=0)["allocations"][0]["evaluatedRules"][0]["conditions"]
    condition = {"attribute": "a", "operator": "GT", "value": "1"}
    assert conditions == [{"condition": condition, "attributeValue": 0.0, "matched": False}]
    assert look(flag(allocation(rules=[{"conditions": []}])))["flagEvaluationCode"] == "MATCH"


def test_the_subject_is_its_own_id() -> None:
    """`id` is the subject's key, unless the attributes have one, and be it None."""
    made = flag(allocation(("id", "ONE_OF", ["alice"])))
    assert look(made)["flagEvaluationCode"] == "MATCH"
    assert look(made, "bob")["flagEvaluationCode"] == "DEFAULT_ALLOCATION_NULL"
    assert look(made, "bob", id="alice")["flagEvaluationCode"] == "MATCH"
    assert look(made, id=None)["flagEvaluationCode"] == "DEFAULT_ALLOCATION_NULL"


SHARD = {"salt": "s", "ranges": [{"start": 0, "end": 9_999}]}
OPEN = {"salt": "s", "ranges": [{"start": 0, "end": 10_000}]}
OFF = {"variationKey": "off", "shards": []}
RULE = ("id", "IS_NULL", False)
EXPOSED = 'alice belongs to the range of traffic assigned to "on"'
RULED = 'Supplied attributes match rules defined in allocation "a"'

WORDS: list[tuple[dict[str, Any], str]] = [
    (allocation(), f'{EXPOSED} defined in allocation "a".'),
    (allocation(RULE), f"{RULED}."),
    (allocation(RULE, splits=[{"variationKey": "on", "shards": [SHARD]}]), f"{RULED}."),
    (
        allocation(RULE, splits=[{"variationKey": "on", "shards": [SHARD, SHARD]}]),
        f"{RULED} and {EXPOSED}.",
    ),
    (allocation(RULE, splits=[{"variationKey": "on", "shards": [SHARD, OPEN]}]), f"{RULED}."),
    (
        allocation(RULE, splits=[{"variationKey": "on", "shards": []}, OFF]),
        f"{RULED} and {EXPOSED}.",
    ),
]


@pytest.mark.parametrize(("made", "words"), WORDS, ids=range(len(WORDS)))
def test_the_words_of_a_match(made: dict[str, Any], words: str) -> None:
    """They say whether rules or a share decided; shards that hold everybody are none."""
    assert look(flag(made))["flagEvaluationDescription"] == words


def test_the_first_allocation_that_fits_wins() -> None:
    """Those behind it are not looked at, and all have their place."""
    made = flag(
        allocation(("x", "ONE_OF", ["y"]), key="ruled"),
        allocation(splits=[], key="empty"),
        allocation(key="wins"),
        allocation(key="later"),
    )
    found = look(made)["allocations"]
    assert [(each["orderPosition"], each["allocationEvaluationCode"]) for each in found] == [
        (1, "FAILING_RULE"),
        (2, "TRAFFIC_EXPOSURE_MISS"),
        (3, "MATCH"),
        (4, "UNEVALUATED"),
    ]
    nobody = look(flag(allocation(("x", "ONE_OF", ["y"]))))
    assert nobody["flagEvaluationCode"] == "DEFAULT_ALLOCATION_NULL"
    assert nobody["flagEvaluationDescription"] == (
        'No allocations matched. Falling back to "Default Allocation", serving NULL'
    )
