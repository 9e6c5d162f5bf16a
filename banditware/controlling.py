"""From what an operator wants to the change that it is, or to why it cannot be made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from banditware.control import Change, Controls
from banditware.errors import ControlError, UnknownExperimentError, suggestion
from banditware.model import Experiment
from banditware.transitions import ON_ONE, Asked

#: Characters of who did it, and of a note, that are kept.
LONGEST = 1_000

_ON_ALL = ("kill", "revive")

#: What can be done; of these, `pause` and `resume` are for an experiment or one of its arms, and
#: `kill` and `revive` for everything.
ACTIONS = (*ON_ONE, *_ON_ALL)


class Wanted(NamedTuple):
    """What an operator wants.

    Attributes:
        action: one of `ACTIONS`.
        experiment: name of the experiment; None for everything.
        arm: name of the arm, or None.
        value: the value of an arm that is added; None for its name.
        who: who wants it.
        note: why.
    """

    action: str
    experiment: str | None = None
    arm: str | None = None
    value: Any = None
    who: str = ""
    note: str = ""


def proposed(
    controls: Controls, experiments: Mapping[str, Experiment], wanted: Wanted, now: float
) -> Change:
    """Return the change that somebody wants.

    Args:
        controls: what was changed before, in the store.
        experiments: the experiments of the configuration, by name.
        wanted: what is wanted.
        now: seconds since the epoch.

    Raises:
        ControlError: it cannot be done, or is done already; says what can be.
        UnknownExperimentError: no experiment has that name.
    """
    action, name = wanted.action, wanted.experiment
    if action not in ACTIONS:
        there = ", ".join(ACTIONS)
        hint = suggestion(str(action), ACTIONS) or f"; there are {there}"
        raise ControlError(f"there is no action {action!r}{hint}")
    if action in _ON_ALL:
        before, after = _switched(controls, wanted)
    else:
        before, after = _changed(controls, experiments, wanted)
    return Change(
        id=controls.version + 1,
        time=now,
        who=str(wanted.who)[:LONGEST],
        action=action,
        experiment=name or "",
        arm=wanted.arm or "",
        note=str(wanted.note)[:LONGEST],
        before=before,
        after=after,
    )


def _changed(
    controls: Controls, experiments: Mapping[str, Experiment], wanted: Wanted
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what was known of an experiment and what is to be."""
    action, name = wanted.action, wanted.experiment
    if not name:
        raise ControlError(f"{action} which experiment? There are {', '.join(sorted(experiments))}")
    if name not in experiments:
        raise UnknownExperimentError(name, experiments)
    control = controls.of(name)
    asked = Asked(experiments[name], control, wanted.arm, action, wanted.value)
    return control.plain(), ON_ONE[action](asked).plain()


def _switched(controls: Controls, wanted: Wanted) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what was known of everything and what is to be, for `kill` and `revive`."""
    if wanted.experiment or wanted.arm:
        raise ControlError(
            f"{wanted.action} is for everything: leave the experiment out, or pause that one"
        )
    kill = wanted.action == "kill"
    if bool(controls.killed) == kill:
        is_so = "switched off already" if kill else "not switched off by a change in the store"
        raise ControlError(
            f"everything is {is_so}; BANDITWARE_KILL and the file of kill_switch are not undone "
            "from here"
        )
    return {"killed": not kill}, {"killed": kill}
