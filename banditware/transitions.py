"""The actions on one experiment: from its control and what is wanted to its control afterwards.

Each refuses what it would be a mistake to do, and says what can be done instead.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from banditware.control import (
    ARCHIVED,
    PAUSED,
    PROMOTED,
    RUNNING,
    STOPPED,
    Control,
    known_arms,
)
from banditware.errors import ControlError, suggestion
from banditware.model import NAME, Experiment

#: Characters of the value of an added arm, as JSON.
LONGEST_VALUE = 1_000

#: Arms that can be added to one experiment.
MOST_ADDED = 100

_NAMES = "1 to 64 letters, digits and the characters _ . -"


class Asked(NamedTuple):
    """An action on one experiment.

    Attributes:
        experiment: as the configuration has it.
        control: what was changed of it before.
        arm: name of the arm, or None.
        action: what is wanted.
        value: the value of an arm that is added; None for its name.
    """

    experiment: Experiment
    control: Control
    arm: str | None
    action: str
    value: Any = None

    @property
    def named(self) -> str:
        """The experiment, as messages say it."""
        return repr(self.experiment.name)

    def active(self) -> tuple[str, ...]:
        """Return the names of the arms that can be served."""
        gone = {*self.control.paused_arms, *self.control.retired_arms} - {self.experiment.default}
        arms = known_arms(self.experiment, self.control)
        return tuple(arm.name for arm in arms if arm.name not in gone)

    def checked_arm(self) -> str:
        """Return the arm if the experiment has it, paused or not."""
        arm, names = self.arm, [a.name for a in known_arms(self.experiment, self.control)]
        if not arm:
            raise ControlError(f"{self.action} which arm of {self.named}? {_there(names)}")
        if not NAME.match(arm):
            raise ControlError(f"{arm!r} is no name of an arm: {_NAMES}")
        if arm not in names and self.experiment.arms:
            hint = suggestion(arm, names) or f"; {_there(names)}"
            raise ControlError(f"{self.named} has no arm {arm!r}{hint}")
        return arm

    def served_arm(self) -> str:
        """Return the arm if it can be served to everybody."""
        arm = self.checked_arm()
        if arm in self.control.retired_arms:
            raise ControlError(f"{arm!r} of {self.named} was retired; {_there(self.active())}")
        if arm in self.control.paused_arms:
            raise ControlError(f"{arm!r} of {self.named} is paused: resume {arm} first")
        return arm

    def refuse_default(self) -> str:
        """Return the arm unless it is what is served when nothing may be decided."""
        arm = self.checked_arm()
        if arm == self.experiment.default:
            raise ControlError(
                f"{arm!r} is the default of {self.named}, which has to be there: make another arm "
                "the default in the configuration first, or pause the whole experiment"
            )
        if arm in self.control.retired_arms:
            raise ControlError(f"{arm!r} of {self.named} was retired already, which is for good")
        return arm

    def not_archived(self) -> None:
        """Refuse to change what nobody looks at any more."""
        if self.control.state == ARCHIVED:
            raise ControlError(f"{self.named} is archived: resume it first")


def _pause(asked: Asked) -> Control:
    asked.not_archived()
    control = asked.control
    if asked.arm is not None:
        arm = asked.refuse_default()
        if arm in control.paused_arms:
            raise ControlError(f"{arm!r} of {asked.named} is paused already")
        return control._replace(paused_arms=tuple(sorted((*control.paused_arms, arm))))
    if control.state == PAUSED:
        raise ControlError(f"{asked.named} is paused already")
    if control.state != RUNNING:
        raise ControlError(
            f"{asked.named} is {control.state}, and so decides nothing: resume it first"
        )
    return control._replace(state=PAUSED)


def _resume(asked: Asked) -> Control:
    control = asked.control
    if asked.arm is None:
        if control.state == RUNNING:
            raise ControlError(f"{asked.named} is running already")
        return control._replace(state=RUNNING, arm="")
    asked.not_archived()
    arm = asked.checked_arm()
    if arm in control.retired_arms:
        raise ControlError(
            f"{arm!r} of {asked.named} was retired, which is for good: add an arm of another name"
        )
    if arm not in control.paused_arms:
        raise ControlError(f"{arm!r} of {asked.named} is not paused")
    return control._replace(paused_arms=_without(control.paused_arms, arm))


def _promote(asked: Asked) -> Control:
    asked.not_archived()
    control = asked.control._replace(state=PROMOTED, arm=asked.served_arm())
    if control == asked.control:
        raise ControlError(f"{asked.arm!r} of {asked.named} is promoted already")
    return control


def _stop(asked: Asked) -> Control:
    asked.not_archived()
    arm = "" if asked.arm is None else asked.served_arm()
    control = asked.control._replace(state=STOPPED, arm=arm)
    if control == asked.control:
        raise ControlError(f"{asked.named} is stopped already")
    return control


def _archive(asked: Asked) -> Control:
    asked.not_archived()
    _refuse_arm(asked)
    return asked.control._replace(state=ARCHIVED)


def _reset(asked: Asked) -> Control:
    asked.not_archived()
    _refuse_arm(asked)
    return asked.control._replace(generation=asked.control.generation + 1)


def _retire(asked: Asked) -> Control:
    asked.not_archived()
    arm, control = asked.refuse_default(), asked.control
    if arm == control.arm:
        raise ControlError(f"{arm!r} is what {asked.named} serves to everybody: resume it first")
    return control._replace(
        paused_arms=_without(control.paused_arms, arm),
        retired_arms=tuple(sorted((*control.retired_arms, arm))),
    )


def _add(asked: Asked) -> Control:
    asked.not_archived()
    control, arm, value = asked.control, asked.arm, asked.value
    if not asked.experiment.arms:
        raise ControlError(f"{asked.named} has no arms of its own: the app names them")
    if arm is None or not NAME.match(arm):
        raise ControlError(f"an arm that is added to {asked.named} needs a name: {_NAMES}")
    if arm in control.retired_arms:
        raise ControlError(
            f"{arm!r} of {asked.named} was retired, which is for good: choose another name"
        )
    if any(arm == known.name for known in known_arms(asked.experiment, control)):
        raise ControlError(f"{asked.named} has an arm {arm!r} already")
    if len(control.added_arms) >= MOST_ADDED:
        raise ControlError(
            f"{MOST_ADDED} arms were added to {asked.named}: write them into the configuration"
        )
    return control._replace(
        added_arms=MappingProxyType({**control.added_arms, arm: _plain_value(value)})
    )


def _plain_value(value: Any) -> Any:
    """Return a value as it comes out of a store."""
    try:
        text = json.dumps(value, allow_nan=False)
    except (TypeError, ValueError):
        text = ""
    if not text or len(text) > LONGEST_VALUE:
        raise ControlError(
            "the value of an arm that is added is text, a number, true, false, a list or a "
            f"mapping, of {LONGEST_VALUE} characters at most; write others into the configuration"
        )
    return json.loads(text)


def _refuse_arm(asked: Asked) -> None:
    if asked.arm is not None:
        raise ControlError(f"{asked.action} is for the whole of {asked.named}: leave the arm out")


def _without(names: tuple[str, ...], gone: str) -> tuple[str, ...]:
    return tuple(name for name in names if name != gone)


def _there(names: Iterable[str]) -> str:
    listed = ", ".join(sorted(names))
    return f"there are {listed}" if listed else "the app names them"


#: What each action on one experiment makes of its control; all of them raise ControlError.
ON_ONE: Mapping[str, Callable[[Asked], Control]] = {
    "pause": _pause,
    "resume": _resume,
    "promote": _promote,
    "stop": _stop,
    "archive": _archive,
    "reset": _reset,
    "retire": _retire,
    "add": _add,
}
