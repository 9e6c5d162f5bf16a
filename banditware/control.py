"""What an operator has changed since the configuration was written: states, arms, versions.

Values only, and frozen: what there is, what a change makes of it, and what an experiment becomes by
it. Where they are kept is `banditware.stores.controls`, how a running bandit follows them is
`banditware.steering`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, NamedTuple

from banditware.model import Arm, Experiment
from banditware.targeting import PAUSED, Targeting

#: What an experiment can be, beside `PAUSED`: it decides; it serves one arm to all and its data are
#: frozen; the same, because that arm has won; the same, and nobody wants to see it.
RUNNING, STOPPED, PROMOTED, ARCHIVED = "running", "stopped", "promoted", "archived"

#: Why nothing is decided when everything is switched off.
KILLED = "killed"

#: Why nothing is counted or credited, whenever it was decided.
FROZEN = (STOPPED, PROMOTED, ARCHIVED, KILLED)

#: The ledger-like name whose version tells that something was changed.
CONTROLS = "*controls"

#: What an experiment's version is followed by after it was reset, and by how often it was.
_RESET = "-r"

__all__ = [
    "ARCHIVED",
    "CONTROLS",
    "FROZEN",
    "KILLED",
    "PAUSED",
    "PROMOTED",
    "RUNNING",
    "STOPPED",
    "UNCHANGED",
    "Change",
    "Control",
    "Controls",
    "applied",
    "change_of",
    "control_of",
    "controls_of",
    "effective",
    "known_arms",
    "text_of",
    "version_of",
]

_NO_VALUES: Mapping[str, Any] = MappingProxyType({})


class Control(NamedTuple):
    """What was changed of one experiment.

    Attributes:
        state: `running`, `paused`, `stopped`, `promoted` or `archived`.
        arm: what is served to all while it does not run; empty for the default.
        paused_arms: names of arms that are not drawn for now, sorted.
        retired_arms: names of arms that are never drawn again, sorted.
        added_arms: values of arms that the configuration does not have, by name.
        generation: how often the counts were begun anew.
    """

    state: str = RUNNING
    arm: str = ""
    paused_arms: tuple[str, ...] = ()
    retired_arms: tuple[str, ...] = ()
    added_arms: Mapping[str, Any] = _NO_VALUES
    generation: int = 0

    def plain(self) -> dict[str, Any]:
        """Return it as JSON takes it."""
        lists = {name: [*getattr(self, name)] for name in ("paused_arms", "retired_arms")}
        return {**self._asdict(), **lists, "added_arms": dict(self.added_arms)}


#: What is known of an experiment of which nothing was changed.
UNCHANGED = Control()


class Controls(NamedTuple):
    """What was changed, of everything.

    Attributes:
        version: rises with every change; 0 before the first.
        killed: why everything is switched off (`controls`, `environment` or `file`), or nothing.
        experiments: what was changed, by experiment; those of which nothing was are left out.
    """

    version: int = 0
    killed: str = ""
    experiments: Mapping[str, Control] = MappingProxyType({})

    def of(self, experiment: str) -> Control:
        """Return what was changed of an experiment."""
        return self.experiments.get(experiment, UNCHANGED)


class Change(NamedTuple):
    """One change, as it is kept for good.

    Attributes:
        id: the version of the controls that it made.
        time: when, in seconds since the epoch.
        who: who did it, as they said.
        action: what they did; see `banditware.controlling.ACTIONS`.
        experiment: name of the experiment; empty if it was about everything.
        arm: name of the arm; empty if it was not about one.
        note: why, as they said.
        before: what was known of the experiment, as JSON takes it; of everything: `killed`.
        after: the same afterwards.
    """

    id: int
    time: float
    who: str
    action: str
    experiment: str
    arm: str
    note: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]


def applied(controls: Controls, change: Change) -> Controls:
    """Return what there is after a change."""
    if not change.experiment:
        killed = "controls" if change.after["killed"] else ""
        return controls._replace(version=change.id, killed=killed)
    experiments = {**controls.experiments, change.experiment: control_of(change.after)}
    return controls._replace(version=change.id, experiments=MappingProxyType(experiments))


def control_of(plain: Mapping[str, Any]) -> Control:
    """Return what `Control.plain` wrote; what is missing is as if nothing was changed."""
    known = {name: plain[name] for name in Control._fields if name in plain}
    for name in ("paused_arms", "retired_arms"):
        known[name] = tuple(known.get(name, ()))
    known["added_arms"] = MappingProxyType(dict(known.get("added_arms", ())))
    return Control(**known)


def text_of(controls: Controls) -> str:
    """Return controls as the store keeps them."""
    experiments = {name: each.plain() for name, each in controls.experiments.items()}
    return json.dumps({"killed": bool(controls.killed), "experiments": experiments})


def controls_of(version: int, text: str) -> Controls:
    """Return what `text_of` wrote.

    Raises:
        ValueError: it is something else.
    """
    if not text:
        return Controls(version)
    try:
        plain = json.loads(text)
        found = {name: control_of(each) for name, each in plain["experiments"].items()}
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError(f"these are no controls: {text:.80}") from error
    return Controls(version, "controls" if plain.get("killed") else "", MappingProxyType(found))


def change_of(text: str) -> Change:
    """Return the change that a store keeps as `json.dumps(change._asdict())`."""
    return Change(**json.loads(text))


def effective(
    experiment: Experiment, control: Control = UNCHANGED, *, killed: bool = False
) -> Experiment:
    """Return an experiment as it is under a control: the very same if nothing was changed of it.

    Arms that are paused or retired are left out, but for the default, which the configuration may
    have made of one since. Of an experiment whose callers name the actions, and of one in context
    whose cookies may, they are closed instead.

    Args:
        experiment: as the configuration has it.
        control: what was changed of it.
        killed: everything is switched off.
    """
    halted = KILLED if killed else control.state
    if control == UNCHANGED and not killed:
        return experiment
    closed = frozenset((*control.paused_arms, *control.retired_arms)) - {experiment.default}
    arms = tuple(arm for arm in known_arms(experiment, control) if arm.name not in closed)
    return replace(
        experiment,
        arms=arms,
        default=_default(experiment, control, arms, killed=killed),
        version=version_of(experiment.version, control.generation),
        targeting=_targeting(
            experiment,
            "" if halted == RUNNING else halted,
            closed if experiment.context is not None else frozenset(),
        ),
    )


def known_arms(experiment: Experiment, control: Control) -> tuple[Arm, ...]:
    """Return the arms of an experiment and those that were added to it."""
    declared = {arm.name for arm in experiment.arms}
    added = [
        Arm(name, name if value is None else value)
        for name, value in control.added_arms.items()
        if name not in declared
    ]
    return (*experiment.arms, *added)


def version_of(version: str, generation: int) -> str:
    """Return the version of an experiment that was reset so many times."""
    return f"{version}{_RESET}{generation}" if generation else version


def _default(
    experiment: Experiment, control: Control, arms: tuple[Arm, ...], *, killed: bool
) -> str:
    """Return what is served when nothing is decided; an arm that is gone is not."""
    there = not experiment.arms or any(arm.name == control.arm for arm in arms)
    return control.arm if control.arm and there and not killed else experiment.default


def _targeting(experiment: Experiment, halted: str, closed: frozenset[str]) -> Targeting | None:
    if not halted and not closed:
        return experiment.targeting
    return replace(experiment.targeting or Targeting(), halted=halted, closed=closed)
