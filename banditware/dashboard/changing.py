"""What can be changed, when, and what it means: said before it is done."""

from __future__ import annotations

from typing import NamedTuple

from banditware.control import ARCHIVED, PAUSED, PROMOTED, RUNNING, STOPPED


class Action(NamedTuple):
    """Something that can be changed.

    Attributes:
        name: what `Bandit.control` calls it.
        label: what a button says.
        title: what is to be confirmed; `{it}` is the arm, or the experiment.
        means: what it does.
        danger: it cannot be undone, or everybody notices.
    """

    name: str
    label: str
    title: str
    means: str
    danger: bool = False


#: What can be done with an experiment.
EXPERIMENT = {
    each.name: each
    for each in (
        Action(
            "pause",
            "Pause",
            "Pause {it}",
            "Everybody gets the default for now. Rewards of earlier decisions still count.",
        ),
        Action("resume", "Resume", "Resume {it}", "It decides and counts again, as before."),
        Action(
            "stop",
            "Stop",
            "Stop {it}",
            "Everybody gets the default, or the arm you name. Its data stay as they are: neither "
            "pulls nor rewards count.",
        ),
        Action(
            "add",
            "Add an arm",
            "Add an arm to {it}",
            "The new arm is drawn as soon as all workers know of it.",
        ),
        Action(
            "archive",
            "Archive",
            "Archive {it}",
            "As stopped, and no longer on the overview. Resume brings it back.",
        ),
        Action(
            "reset",
            "Reset",
            "Reset {it}",
            "Its counts begin anew, and everybody is decided anew. The old counts are kept, but "
            "nothing looks at them.",
            danger=True,
        ),
    )
}

#: What can be done with an arm.
ARM = {
    each.name: each
    for each in (
        Action(
            "pause",
            "Pause",
            "Pause the arm {it}",
            "Nobody gets it for now; who had it is decided anew. Its counts stay.",
        ),
        Action("resume", "Resume", "Resume the arm {it}", "It is drawn again."),
        Action(
            "promote",
            "Promote",
            "Promote the arm {it}",
            "Everybody gets it from now on. The experiment's data stay as they are.",
        ),
        Action(
            "retire",
            "Retire",
            "Retire the arm {it}",
            "Nobody ever gets it again; who had it is decided anew. Its counts stay.",
            danger=True,
        ),
    )
}

#: What can be done with everything.
EVERYTHING = {
    each.name: each
    for each in (
        Action(
            "kill",
            "Switch off",
            "Switch everything off",
            "All experiments serve their defaults, nothing is counted, no cookies are written.",
            danger=True,
        ),
        Action("revive", "Revive", "Switch everything on again", "All goes on as before."),
    )
}

_BY_STATE = {
    RUNNING: ("pause", "stop", "add", "archive", "reset"),
    PAUSED: ("resume", "stop", "add", "archive", "reset"),
    STOPPED: ("resume", "archive", "reset"),
    PROMOTED: ("resume", "archive", "reset"),
    ARCHIVED: ("resume",),
}


def experiment_actions(state: str) -> list[Action]:
    """Return what can be done with an experiment in a state."""
    return [EXPERIMENT[name] for name in _BY_STATE.get(state, ())]


def arm_actions(state: str, arm_state: str, *, default: bool) -> list[Action]:
    """Return what can be done with an arm.

    Args:
        state: of its experiment.
        arm_state: `open`, `paused`, `retired` or `removed`.
        default: it is what is served when nothing may be decided, so it cannot go.
    """
    if state not in (RUNNING, PAUSED) or arm_state in ("retired", "removed"):
        return []
    if arm_state == "paused":
        return [ARM["resume"], ARM["retire"]]
    return [ARM["promote"]] if default else [ARM["pause"], ARM["promote"], ARM["retire"]]


def action(name: str, experiment: str, arm: str) -> Action | None:
    """Return an action by what it is about, or None if there is none of that name."""
    if not experiment:
        return EVERYTHING.get(name)
    if arm and name in ARM:
        return ARM[name]
    return EXPERIMENT.get(name)
