"""What an experiment becomes by what was changed of it."""

from __future__ import annotations

import json
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from banditware.control import (
    ARCHIVED,
    FROZEN,
    KILLED,
    PAUSED,
    PROMOTED,
    RUNNING,
    STOPPED,
    Change,
    Control,
    Controls,
    applied,
    change_of,
    control_of,
    controls_of,
    effective,
    text_of,
)
from banditware.model import Arm, Context, Experiment, Schema
from banditware.policies.uniform import Uniform
from banditware.targeting import Targeting, closed_by, halted_by
from tests.support import experiment

THREE = (Arm("a", 1), Arm("b", 2), Arm("c", 3))


def three(**more: Any) -> Experiment:
    """Return an experiment of three arms, whose default is `a`."""
    return Experiment(**{"name": "e", "arms": THREE, "default": "a", "policy": Uniform(), **more})


def names(found: Experiment) -> str:
    """Return the names of its arms, joined."""
    return "".join(arm.name for arm in found.arms)


def test_what_was_not_changed_stays_the_very_same() -> None:
    """Nothing is made anew, so that whatever is remembered of it holds."""
    before = experiment()
    assert effective(before) is before
    assert effective(before, Control()) is before


@pytest.mark.parametrize("state", [PAUSED, STOPPED, PROMOTED, ARCHIVED])
def test_what_does_not_run_is_halted(state: str) -> None:
    """Nobody takes part, under the state as reason; all but a pause freeze the data."""
    found = effective(three(), Control(state))
    assert found.targeting == Targeting(halted=state)
    assert found.targeting.frozen == ("" if state == PAUSED else state)
    assert (found.open, found.default, names(found)) == (False, "a", "abc")


def test_targeting_stays_beside_it() -> None:
    """Who takes part when it runs again is not lost."""
    before = three(targeting=Targeting(start=5.0))
    assert effective(before, Control(PAUSED)).targeting == Targeting(start=5.0, halted=PAUSED)
    assert effective(before, Control(paused_arms=("b",))).targeting == Targeting(start=5.0)


def test_the_arm_that_is_served_is_the_default() -> None:
    """What is named is served to all, unless it is gone; and not when all is switched off."""
    assert effective(three(), Control(PROMOTED, "b")).default == "b"
    assert effective(three(), Control(PROMOTED, "gone")).default == "a"
    assert effective(three(), Control(STOPPED, "b", paused_arms=("b",))).default == "a"
    assert effective(three(), Control(PROMOTED, "b"), killed=True).default == "a"


def test_arms_that_are_paused_or_retired_are_left_out() -> None:
    """The others stay, and everybody goes on taking part; the default always stays."""
    found = effective(three(), Control(paused_arms=("b",), retired_arms=("gone",)))
    assert (names(found), found.targeting, found.open) == ("ac", None, True)
    assert names(effective(three(), Control(retired_arms=("b", "c")))) == "a"
    assert names(effective(three(), Control(paused_arms=("a", "b")))) == "ac"


def test_added_arms_are_arms() -> None:
    """They have the value they were given, or their name; the configuration's own come first."""
    control = Control(added_arms={"d": {"x": 1}, "e": None, "b": "not this"})
    found = {arm.name: arm.value for arm in effective(three(), control).arms}
    assert found == {"a": 1, "b": 2, "c": 3, "d": {"x": 1}, "e": "e"}
    assert effective(three(), control._replace(state=PROMOTED, arm="d")).default == "d"
    assert names(effective(three(), control._replace(paused_arms=("d",)))) == "abce"


def test_a_reset_is_another_version() -> None:
    """A new ledger begins, and another one with every further reset."""
    assert effective(three(version="7"), Control(generation=1)).ledger == "e@7-r1"
    assert effective(three(version="7"), Control(generation=2)).ledger == "e@7-r2"
    assert effective(three(version="7"), Control(generation=1), killed=True).ledger == "e@7-r1"


def test_everything_is_switched_off() -> None:
    """Whatever its state is, the reason is that all is, and data are frozen."""
    for control in (Control(), Control(PAUSED), Control(PROMOTED, "b")):
        found = effective(three(), control, killed=True)
        assert (halted_by(found.targeting), found.default) == (KILLED, "a")
        assert found.targeting is not None
        assert found.targeting.frozen in FROZEN


def test_a_contextual_experiment_closes_arms() -> None:
    """Its callers may name them, so they are left out by name, too."""
    context = Context(Schema(), Uniform())  # type: ignore[arg-type]  # any policy does
    found = effective(three(context=context), Control(paused_arms=("b",), retired_arms=("x",)))
    assert closed_by(found.targeting) == {"b", "x"}
    assert (names(found), found.open, halted_by(found.targeting)) == ("ac", False, "")
    bare = three(arms=(), default="", context=context)
    assert effective(bare, Control(PROMOTED, "any")).default == "any"
    assert closed_by(None) == frozenset()


def test_changes_are_applied() -> None:
    """One of an experiment leaves the others alone; one of everything leaves all alone."""
    plain = Control(PAUSED, paused_arms=("b",), added_arms={"d": [1]}).plain()
    change = Change(1, 2.0, "ada", "pause", "e", "", "", {}, plain)
    controls = applied(Controls(), change)
    assert controls.of("e") == Control(PAUSED, paused_arms=("b",), added_arms={"d": [1]})
    assert controls.of("other") == Control()
    killed = applied(controls, Change(2, 2.0, "", "kill", "", "", "", {}, {"killed": True}))
    assert (killed.version, killed.killed, killed.experiments) == (
        2,
        "controls",
        controls.experiments,
    )
    revived = applied(killed, Change(3, 2.0, "", "revive", "", "", "", {}, {"killed": False}))
    assert (revived.version, revived.killed) == (3, "")


_NAMES = some.text("abcXYZ._-09", min_size=1, max_size=5)
_VALUES = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats(allow_nan=False) | some.text(),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(), inner, max_size=3),
    max_leaves=5,
)
_CONTROLS = some.builds(
    Control,
    state=some.sampled_from([RUNNING, PAUSED, STOPPED, PROMOTED, ARCHIVED]),
    arm=_NAMES | some.just(""),
    paused_arms=some.lists(_NAMES, max_size=3).map(tuple),
    retired_arms=some.lists(_NAMES, max_size=3).map(tuple),
    added_arms=some.dictionaries(_NAMES, _VALUES, max_size=3).map(MappingProxyType),
    generation=some.integers(0, 5),
)


@given(some.dictionaries(_NAMES, _CONTROLS, max_size=3), some.booleans())
def test_text_says_all_of_it(experiments: dict[str, Control], killed: bool) -> None:
    """What a store keeps is read back as it was."""
    controls = Controls(4, "controls" if killed else "", experiments)
    assert controls_of(4, text_of(controls)) == controls


@given(_CONTROLS, some.booleans())
def test_an_experiment_stays_valid(control: Control, killed: bool) -> None:
    """Whatever was changed, there is a default among the arms, and the name stays."""
    found = effective(three(), control, killed=killed)
    assert found.default in {arm.name for arm in found.arms}
    assert found.name == "e"
    assert (halted_by(found.targeting) == "") is (control.state == RUNNING and not killed)


def test_no_text_is_no_control() -> None:
    """A store that has none yet has unchanged controls; what is none is told."""
    assert controls_of(0, "") == Controls()
    assert control_of({}) == Control()
    for text in ("[]", "{", '{"experiments": 1}', '{"experiments": {"e": {"state": 1}, "f": 2}}'):
        with pytest.raises(ValueError, match=r"no controls|Expecting"):
            controls_of(1, text)


def test_a_change_is_read_back() -> None:
    """A change that was kept is the same afterwards."""
    change = Change(1, 2.5, "ada", "add", "e", "d", "why", Control().plain(), Control().plain())
    assert change_of(json.dumps(change._asdict())) == change
