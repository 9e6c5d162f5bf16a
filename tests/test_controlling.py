"""From what is wanted to a change, or to why it cannot be made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from banditware.control import ARCHIVED, PAUSED, PROMOTED, RUNNING, STOPPED, Control, Controls
from banditware.controlling import ACTIONS, LONGEST, Wanted, proposed
from banditware.errors import ControlError, UnknownExperimentError
from banditware.model import Arm, Context, Experiment, Schema
from banditware.policies.uniform import Uniform
from banditware.transitions import MOST_ADDED

NOW = 1_800_000_000.0

_SHAPES = Context(Schema(), Uniform())  # type: ignore[arg-type]  # any policy does

EXPERIMENTS: Mapping[str, Experiment] = {
    "e": Experiment("e", (Arm("a", 1), Arm("b", 2), Arm("c", 3)), Uniform(), "a"),
    "bare": Experiment("bare", (), Uniform(), "", context=_SHAPES),
}


def after(before: Control, action: str, arm: str | None = None, **more: Any) -> Control:
    """Return what an action makes of a control of `e`."""
    name = more.pop("experiment", "e")
    controls = Controls(3, "", {name: before})
    change = proposed(controls, EXPERIMENTS, Wanted(action, name, arm, **more), NOW)
    assert (change.id, change.before) == (4, before.plain())
    found = change.after
    return Control(
        **{
            **found,
            "paused_arms": tuple(found["paused_arms"]),
            "retired_arms": tuple(found["retired_arms"]),
        }
    )


RUNS = Control()


@pytest.mark.parametrize(
    ("before", "action", "arm", "expected"),
    [
        (RUNS, "pause", None, Control(PAUSED)),
        (RUNS, "pause", "b", Control(paused_arms=("b",))),
        (Control(paused_arms=("c",)), "pause", "b", Control(paused_arms=("b", "c"))),
        (Control(STOPPED), "pause", "b", Control(STOPPED, paused_arms=("b",))),
        (Control(PAUSED), "resume", None, RUNS),
        (Control(PROMOTED, "b"), "resume", None, RUNS),
        (Control(STOPPED, "b", ("c",)), "resume", None, Control(paused_arms=("c",))),
        (Control(ARCHIVED, "b"), "resume", None, RUNS),
        (Control(paused_arms=("b", "c")), "resume", "b", Control(paused_arms=("c",))),
        (RUNS, "promote", "b", Control(PROMOTED, "b")),
        (RUNS, "promote", "a", Control(PROMOTED, "a")),
        (Control(PAUSED), "promote", "b", Control(PROMOTED, "b")),
        (Control(PROMOTED, "b"), "promote", "c", Control(PROMOTED, "c")),
        (RUNS, "stop", None, Control(STOPPED)),
        (RUNS, "stop", "b", Control(STOPPED, "b")),
        (Control(PROMOTED, "b"), "stop", None, Control(STOPPED)),
        (Control(PROMOTED, "b"), "archive", None, Control(ARCHIVED, "b")),
        (RUNS, "archive", None, Control(ARCHIVED)),
        (RUNS, "reset", None, Control(generation=1)),
        (Control(STOPPED, generation=1), "reset", None, Control(STOPPED, generation=2)),
        (RUNS, "retire", "b", Control(retired_arms=("b",))),
        (Control(paused_arms=("b",)), "retire", "b", Control(retired_arms=("b",))),
    ],
)
def test_what_actions_do(before: Control, action: str, arm: str | None, expected: Control) -> None:
    """Each action makes of a control what the table says."""
    assert after(before, action, arm) == expected


@pytest.mark.parametrize(
    ("before", "action", "arm", "said"),
    [
        (Control(PAUSED), "pause", None, "paused already"),
        (Control(STOPPED), "pause", None, "is stopped, and so decides nothing: resume it first"),
        (RUNS, "pause", "a", "the default of 'e'"),
        (RUNS, "pause", "d", "no arm 'd'; there are a, b, c"),
        (RUNS, "pause", "bb", "did you mean 'b'"),
        (RUNS, "pause", "", "pause which arm"),
        (RUNS, "pause", "b b", "no name of an arm"),
        (Control(paused_arms=("b",)), "pause", "b", "paused already"),
        (Control(retired_arms=("b",)), "pause", "b", "retired already"),
        (RUNS, "resume", None, "running already"),
        (RUNS, "resume", "b", "not paused"),
        (Control(retired_arms=("b",)), "resume", "b", "for good"),
        (RUNS, "promote", None, "promote which arm"),
        (Control(PROMOTED, "b"), "promote", "b", "promoted already"),
        (Control(paused_arms=("b",)), "promote", "b", "resume b first"),
        (Control(retired_arms=("b",)), "promote", "b", "was retired; there are a, c"),
        (Control(STOPPED), "stop", None, "stopped already"),
        (RUNS, "stop", "d", "no arm"),
        (Control(ARCHIVED), "archive", None, "archived: resume it first"),
        (RUNS, "archive", "b", "whole of 'e'"),
        (RUNS, "reset", "b", "whole of 'e'"),
        (RUNS, "retire", "a", "default"),
        (Control(STOPPED, "b"), "retire", "b", "serves to everybody"),
        *((Control(ARCHIVED), action, "b", "archived") for action in ("pause", "resume", "stop")),
        *((Control(ARCHIVED), action, "b", "archived") for action in ("retire", "promote", "add")),
        (Control(ARCHIVED), "reset", None, "archived"),
        (RUNS, "add", None, "needs a name"),
        (RUNS, "add", "b b", "needs a name"),
        (RUNS, "add", "b", "has an arm 'b' already"),
        (Control(added_arms={"d": 1}), "add", "d", "already"),
        (Control(retired_arms=("d",)), "add", "d", "retired"),
        (Control(added_arms={f"x{n}": n for n in range(MOST_ADDED)}), "add", "d", "were added"),
    ],
)
def test_what_cannot_be_done(before: Control, action: str, arm: str | None, said: str) -> None:
    """What would be a mistake is refused, with what can be done instead."""
    with pytest.raises(ControlError, match=said):
        after(before, action, arm)


def test_arms_are_added_with_their_values() -> None:
    """A value is what JSON makes of it; none is the arm's name."""
    assert after(RUNS, "add", "d").added_arms == {"d": None}
    assert after(RUNS, "add", "d", value=("x", 1.5)).added_arms == {"d": ["x", 1.5]}
    for value in (object(), float("nan"), "x" * LONGEST):
        with pytest.raises(ControlError, match="text, a number"):
            after(RUNS, "add", "d", value=value)


def test_arms_that_the_app_names() -> None:
    """Any name can be paused or promoted, and none added: nobody knows which there are."""
    assert after(RUNS, "pause", "x", experiment="bare").paused_arms == ("x",)
    assert after(RUNS, "promote", "x", experiment="bare").arm == "x"
    with pytest.raises(ControlError, match="the app names them"):
        after(RUNS, "add", "x", experiment="bare")
    with pytest.raises(ControlError, match="the app names them"):
        after(RUNS, "pause", "", experiment="bare")


def test_everything() -> None:
    """Switching off and on again is for everything, and not twice."""
    kill = proposed(Controls(), EXPERIMENTS, Wanted("kill"), NOW)
    assert (kill.experiment, kill.before, kill.after) == ("", {"killed": False}, {"killed": True})
    off = Controls(1, "controls")
    assert proposed(off, EXPERIMENTS, Wanted("revive"), NOW).after == {"killed": False}
    with pytest.raises(ControlError, match="switched off already"):
        proposed(off, EXPERIMENTS, Wanted("kill"), NOW)
    with pytest.raises(ControlError, match="BANDITWARE_KILL"):
        proposed(Controls(), EXPERIMENTS, Wanted("revive"), NOW)
    for wanted in (Wanted("kill", "e"), Wanted("kill", arm="a")):
        with pytest.raises(ControlError, match="for everything"):
            proposed(Controls(), EXPERIMENTS, wanted, NOW)


def test_what_is_not_there() -> None:
    """An unknown action or experiment is told with the nearest there is."""
    with pytest.raises(ControlError, match="did you mean 'pause'"):
        proposed(Controls(), EXPERIMENTS, Wanted("pasue", "e"), NOW)
    with pytest.raises(ControlError, match=f"there are {', '.join(ACTIONS)}"):
        proposed(Controls(), EXPERIMENTS, Wanted("fly", "e"), NOW)
    with pytest.raises(UnknownExperimentError, match="'x'"):
        proposed(Controls(), EXPERIMENTS, Wanted("pause", "x"), NOW)
    with pytest.raises(ControlError, match="There are bare, e"):
        proposed(Controls(), EXPERIMENTS, Wanted("pause"), NOW)


def test_what_is_kept_of_words() -> None:
    """Who and why are cut, so that the trail is bounded."""
    wanted = Wanted("pause", "e", who="w" * 5_000, note="n" * 5_000)
    change = proposed(Controls(), EXPERIMENTS, wanted, NOW)
    assert (len(change.who), len(change.note), change.time) == (LONGEST, LONGEST, NOW)
    assert (RUNNING, change.action, change.arm) == (change.before["state"], "pause", "")
