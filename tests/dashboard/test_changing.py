from __future__ import annotations

import pytest

from banditware.control import ARCHIVED, PAUSED, PROMOTED, RUNNING, STOPPED
from banditware.controlling import ACTIONS
from banditware.dashboard.changing import (
    ARM,
    EVERYTHING,
    EXPERIMENT,
    action,
    arm_actions,
    experiment_actions,
)


def test_everything_that_can_be_changed_can_be_changed_here() -> None:
    """The pages know all actions that there are, and no others."""
    assert {*EXPERIMENT, *ARM, *EVERYTHING} == set(ACTIONS)


@pytest.mark.parametrize("state", [RUNNING, PAUSED, STOPPED, PROMOTED, ARCHIVED])
def test_no_state_is_an_end(state: str) -> None:
    """Whatever state an experiment is in, something can be done; not what is done already."""
    names = [each.name for each in experiment_actions(state)]
    assert names
    assert ("pause" in names) == (state == RUNNING)
    assert ("resume" in names) == (state != RUNNING)


def test_arms() -> None:
    """An arm can go unless it is the default, gone for good, or the experiment is over."""
    assert [each.name for each in arm_actions(RUNNING, "open", default=False)] == [
        "pause",
        "promote",
        "retire",
    ]
    assert [each.name for each in arm_actions(RUNNING, "open", default=True)] == ["promote"]
    assert [each.name for each in arm_actions(PAUSED, "paused", default=False)] == [
        "resume",
        "retire",
    ]
    assert arm_actions(RUNNING, "retired", default=False) == []
    assert arm_actions(STOPPED, "open", default=False) == []


def test_what_an_action_is_about() -> None:
    """Of two actions of one name, the arm tells which is meant."""
    assert action("pause", "button", "") is EXPERIMENT["pause"]
    assert action("pause", "button", "red") is ARM["pause"]
    assert action("stop", "button", "red") is EXPERIMENT["stop"]
    assert action("kill", "", "") is EVERYTHING["kill"]
    assert action("kill", "button", "") is None
    assert action("promote", "button", "") is None
