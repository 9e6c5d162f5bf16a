"""A decision in context: what the caller gave, checked, and what is drawn from it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from random import Random
from typing import Any, NamedTuple

from banditware.contextual.attributes import level_in, number_in
from banditware.contextual.choosing import Actions
from banditware.contextual.features import MISSING, OTHER
from banditware.counts import PULL, first_seen, line, once_key, pull, pull_features
from banditware.errors import ContextError
from banditware.model import NAME, Attribute, Basis, Decision, Experiment, Schema
from banditware.snapshot import ExperimentSnapshot
from banditware.targeting import matches

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


def _listed(given: object) -> Actions:
    if isinstance(given, str | bytes) or not isinstance(given, Iterable):
        raise ContextError("bad_actions", "actions= is a mapping from name to attributes, or names")
    names = list(given)
    actions = dict.fromkeys(names, _NOTHING)
    if len(actions) < len(names):
        raise ContextError("bad_actions", "an action is named twice in actions=")
    return actions


class Given(NamedTuple):
    """What a caller gave to decide by.

    Attributes:
        context: attributes of the subject, or None for none.
        actions: the available actions, or None for the arms of the experiment.
        attributes: what the request says of the subject; `context` is before it, and what cannot be
            read of it is no caller's mistake.
        subject: the subject's opaque id: the attribute `id` of conditions.
    """

    context: Mapping[str, Any] | None = None
    actions: GivenActions | None = None
    attributes: Mapping[str, Any] = _NOTHING
    subject: str | None = None


#: What is given by who says nothing.
NOTHING_GIVEN = Given()


def weighed(
    snapshot: ExperimentSnapshot,
    given: Given,
    random: Random,
    *,
    now: float,
    seal: Callable[[Decision], str],
) -> Decision:
    """Return the decision that the random generator draws in a context at `now`.

    Args:
        snapshot: the experiment, which has to be a contextual one.
        given: what to decide by.
        random: draws, and makes ids.
        now: seconds since the epoch.
        seal: signs the decision into a token.

    Raises:
        ContextError: what is given cannot be used.
    """
    experiment, chooser = snapshot.experiment, snapshot.chooser
    if chooser is None:
        raise ContextError(
            "bad_actions",
            f"policy {experiment.policy.name!r} of {experiment.name!r} does not choose among "
            "actions=: give the experiment a contextual policy, such as igw",
        )
    said = _NOTHING if given.context is None else given.context
    if not isinstance(said, Mapping):
        raise ContextError("bad_context", "context= is a mapping from attribute to value")
    context = {**given.attributes, **said} if given.attributes else said
    if given.actions is None:
        actions = available(experiment, {"id": given.subject, **context})
    else:
        actions = checked(given.actions)
    choice = chooser.choose(context, actions, random.random())
    if MISSING in choice.features:
        _refuse_unreadable(chooser.model.encoder.schema, said, actions[choice.action])
    arm = snapshot.by_name.get(choice.action)
    return Decision(
        experiment.name,
        choice.action,
        choice.action if arm is None else arm.value,
        choice.propensity,
        "drawn",
        True,
        random.randbytes(8).hex(),
        now,
        experiment.version,
        seal,
        snapshot.version,
        Basis(context, actions, choice.features, choice.gap),
    )


def _refuse_unreadable(
    schema: Schema, context: Mapping[str, Any], action: Mapping[str, Any]
) -> None:
    """Refuse what is given but cannot be read as the kind it was declared as.

    A number that is none (NaN, an infinity) is missing, as None is; so is what clients send.
    """
    for given, attributes in ((context, schema.subject), (action, schema.action)):
        for attribute in attributes:
            value = given.get(attribute.name)
            if (
                value is not None
                and not isinstance(value, float)
                and not _readable(attribute, value)
            ):
                raise ContextError(
                    "bad_context",
                    f"attribute {attribute.name!r} is {attribute.kind}: {type(value).__name__} "
                    f"{str(value)[:80]!r} is not",
                )


def _readable(attribute: Attribute, value: object) -> bool:
    read = number_in if attribute.kind == "numeric" else level_in
    return read(value) is not None


def pulled(
    snapshot: ExperimentSnapshot, decision: Decision, *, cohort: int, again: bool = False
) -> bytes:
    """Return the spool record of a pull that was decided in context.

    Args:
        snapshot: the experiment as it is now.
        decision: what was decided.
        cohort: the cohort of the decision.
        again: an earlier request served it and did not count it, and others may count it as well.
    """
    experiment, basis, arm = snapshot.experiment, decision.basis, decision.arm
    deltas = [pull(arm, cohort)]
    if basis.features:
        deltas.append(pull_features(experiment.model_of(arm), cohort, basis.features))
    if snapshot.chooser is not None and OTHER in basis.features:
        attributes = basis.actions.get(arm, _NOTHING)
        deltas += map(first_seen, snapshot.chooser.unseen(basis.context, attributes))
    once = once_key(int(decision.time), decision.id, PULL) if again else ""
    return line(experiment.ledger, once, *deltas)
