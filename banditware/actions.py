"""The actions that a contextual experiment chooses among: its arms, or what a caller gave."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from banditware.errors import ContextError
from banditware.model import NAME, Experiment
from banditware.targeting import PAUSED, closed_by, matches

if TYPE_CHECKING:
    from banditware.contextual.scoring import Actions

#: What callers may say of the available actions: attributes by name, or names alone.
GivenActions = Mapping[str, Mapping[str, Any]] | Iterable[str]

#: More would be a catalogue: it takes a search, not an experiment, to find what to try.
MOST_ACTIONS = 1_000

#: The reason of a decision for which there was nothing to choose from.
NO_ACTIONS = "no_actions"

_NOTHING: Mapping[str, Any] = {}


def available(experiment: Experiment, context: Mapping[str, Any]) -> Actions:
    """Return the attributes of the experiment's arms that are available in a context, by name.

    Raises:
        ContextError: there is none.
    """
    if not experiment.arms:
        raise ContextError(
            NO_ACTIONS, f"experiment {experiment.name!r} has no arms of its own: pass actions="
        )
    actions = {
        arm.name: arm.attributes
        for arm in experiment.arms
        if not arm.available or matches(arm.available, context)
    }
    if not actions:
        raise ContextError(
            NO_ACTIONS, f"no arm of {experiment.name!r} is available in this context"
        )
    return actions


def checked(given: GivenActions) -> Actions:
    """Return the actions that a caller gave, by name.

    Raises:
        ContextError: there is no action, or what is given is none.
    """
    actions = given if isinstance(given, Mapping) else _listed(given)
    if not actions:
        raise ContextError(NO_ACTIONS, "there is no action to choose from: actions= is empty")
    if len(actions) > MOST_ACTIONS:
        raise ContextError(
            "bad_actions", f"{len(actions)} actions are too many: {MOST_ACTIONS} can be weighed"
        )
    for name, attributes in actions.items():
        if not isinstance(name, str) or not NAME.match(name):
            raise ContextError(
                "bad_actions",
                f"an action is a name of 1 to 64 letters, digits and the characters _ . -, "
                f"not {str(name)[:80]!r}",
            )
        if not isinstance(attributes, Mapping):
            raise ContextError(
                "bad_actions", f"the attributes of action {name!r} are not a mapping"
            )
    return actions


def without_closed(experiment: Experiment, given: GivenActions) -> Actions:
    """Return the actions that a caller gave but for those that are paused or retired.

    Raises:
        ContextError: none is left, or what is given are none.
    """
    closed = closed_by(experiment.targeting)
    actions = {name: said for name, said in checked(given).items() if name not in closed}
    if not actions:
        raise ContextError(PAUSED, f"all actions are paused arms of {experiment.name!r}")
    return actions


def _listed(given: object) -> Actions:
    if isinstance(given, str | bytes) or not isinstance(given, Iterable):
        raise ContextError("bad_actions", "actions= is a mapping from name to attributes, or names")
    names = list(given)
    try:
        actions = dict.fromkeys(names, _NOTHING)
    except TypeError:  # what cannot be a key is no name either
        raise ContextError("bad_actions", "actions= has something else than names in it") from None
    if len(actions) < len(names):
        raise ContextError("bad_actions", "an action is named twice in actions=")
    return actions


def reusable(given: GivenActions | None) -> GivenActions | None:
    """Return actions that can be looked at twice: names may come from what gives them once."""
    if given is None or isinstance(given, Mapping | str) or not isinstance(given, Iterable):
        return given
    return list(given)
