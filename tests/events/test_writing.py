from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from banditware.crediting import Reward
from banditware.events.describing import Event, Shown, describe
from banditware.events.happened import Decided, Rewarded
from banditware.events.schema import log_schema
from banditware.events.writing import LARGEST, written
from banditware.model import Basis, Decision
from banditware.tokens import Assignment
from tests.events.test_attributes import VALUES
from tests.support import NOON, experiment

VALIDATOR = Draft202012Validator(log_schema())

ATTRIBUTES = st.dictionaries(st.text(), VALUES, max_size=5)
SUBJECTS = st.one_of(st.none(), st.text())


def of(basis: Basis, **shown: Any) -> Event:
    """Return the event of a contextual decision."""
    one = Decision("button", "a", 1, 0.5, "drawn", True, "d", NOON, "1", lambda _: "", 3, basis)
    happened = Decided(NOON, "u", experiment(), one, basis)
    return describe(happened, Shown(**shown), "e")


def test_the_schema_is_one() -> None:
    """The schema is one of the draft that it names."""
    Draft202012Validator.check_schema(log_schema())


def test_the_schema_refuses() -> None:
    """The schema refuses a field too many, one too few, and a probability above one."""
    event = written(of(Basis())).event
    VALIDATOR.validate(event)
    wrong = [{**event, "x": 1}, {**event, "propensity": 1.5}, {**event, "kind": "reward"}]
    wrong.append({key: event[key] for key in event if key != "arm"})
    assert not any(VALIDATOR.is_valid(each) for each in wrong)


@given(context=ATTRIBUTES, action=ATTRIBUTES, subject=SUBJECTS, data=st.data())
def test_decisions_follow_the_schema(
    context: dict[str, Any], action: dict[str, Any], subject: str | None, data: st.DataObject
) -> None:
    """Whatever the attributes, the line of a decision is JSON by the schema."""
    shown = Shown(
        data.draw(st.sampled_from(["plain", "hashed", "none"])),
        data.draw(st.sampled_from(["chosen", "all", "none"])),
    )
    basis = Basis(context, {"a": action, "b": context}, "1 2", data.draw(st.floats()))
    one = Decision("button", "a", 1, 0.5, "drawn", True, "d", NOON, "1", lambda _: "", 3, basis)
    line = written(describe(Decided(NOON, subject, experiment(), one, basis), shown, "e")).text
    assert "\n" not in line
    assert line.isascii()
    VALIDATOR.validate(json.loads(line))


@given(
    amount=st.one_of(st.floats(-1e150, 1e150), st.integers(-(10**9), 10**9)),
    goal=st.one_of(st.none(), st.just("cart")),
    delay=st.floats(0, 1e9),
)
def test_rewards_follow_the_schema(amount: float, goal: str | None, delay: float) -> None:
    """Whatever the amount, the line of a reward is JSON by the schema."""
    entry = Assignment("button", "1", "green", 0.5, int(NOON), "d")
    happened = Rewarded(NOON + delay, "u", experiment(), entry, Reward(amount, goal))
    line = written(describe(happened, Shown(), "e")).text
    VALIDATOR.validate(json.loads(line))
    assert json.loads(line)["amount"] == amount


def test_what_is_too_large_is_left_out() -> None:
    """An event is cut to its largest size, the least needed first, and says what is missing."""
    actions: dict[str, Any] = {f"a{n}": {"text": "x" * 200} for n in range(500)}
    small = {"age": 1}
    first = written(of(Basis(small, {**actions, "a": small}, "1"), attributes="all"))
    assert first.event["truncated"] == ["actions"]
    assert (first.event["actions"], first.event["features"]) == (None, "1")
    assert first.event["action_numeric"] == small
    large = {f"k{n}": "\u20ac" * 200 for n in range(100)}
    second = written(of(Basis(large, {"a": large}, "1" * 20_000)))
    assert second.event["truncated"] == ["action_attributes", "subject_attributes", "features"]
    for each in (first, second):
        assert len(each.text) <= LARGEST
        VALIDATOR.validate(json.loads(each.text))


def test_whole_numbers_and_digits_stay() -> None:
    """A number reads back as exactly what it was."""
    event = written(of(Basis({"n": 2**53, "f": 0.1 + 0.2}))).text
    assert json.loads(event)["subject_numeric"] == {"n": 2**53, "f": 0.1 + 0.2}


def test_what_is_no_json() -> None:
    """A value that JSON has no word for is an error, not a line that nobody can read."""
    with pytest.raises(ValueError, match="JSON"):
        written({**of(Basis()), "propensity": float("nan")})
