"""A decision in context: what the caller gave, checked, and what is drawn from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import chain
from random import Random
from types import NoneType
from typing import TYPE_CHECKING, Any, NamedTuple

from banditware.actions import GivenActions, available, checked, without_closed
from banditware.contextual.features import MISSING, OTHER
from banditware.counts import PULL, first_seen, once_key
from banditware.errors import ContextError
from banditware.framing import frame
from banditware.model import Attribute, Basis, Decision, Experiment, Schema
from banditware.recording import weighed_beginning
from banditware.snapshot import ExperimentSnapshot

if TYPE_CHECKING:
    from banditware.contextual.choosing import Chooser
    from banditware.contextual.scoring import Actions, Own, Scorer

_NOTHING: Mapping[str, Any] = {}

#: Makes a named tuple, from all its values, in half the time.
_new = tuple.__new__

#: What a scorer raises if attributes are no mapping.
_UNREADABLE = (AttributeError, TypeError)


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


def asked(
    context: Mapping[str, Any] | None, actions: GivenActions | None, subject: str | None
) -> Given:
    """Return what a caller gave outside of a request."""
    return _new(Given, (context, actions, _NOTHING, subject))


#: What is given by who says nothing.
NOTHING_GIVEN = Given()


def usable(given: Given) -> Given:
    """Return what was given, with mappings that can be looked into.

    Raises:
        ContextError: the context is no mapping, or the actions are none.
    """
    if given.context is not None and not isinstance(given.context, Mapping):
        raise ContextError("bad_context", "context= is a mapping from attribute to value")
    if given.actions is None or given.actions.__class__ is dict:
        return given
    return given._replace(actions=checked(given.actions))


def weighed(
    snapshot: ExperimentSnapshot,
    given: Given,
    random: Random,
    now: float,
    seal: Callable[[Decision], str],
) -> Decision:
    """Return the decision that the random generator draws in a context at `now`, with its seal.

    Raises:
        ContextError: what is given cannot be used, or the experiment is not a contextual one.
    """
    experiment, chooser = snapshot.experiment, snapshot.chooser
    if chooser is None:
        raise _unable(experiment)
    if given.actions is not None and not experiment.open:
        given = given._replace(actions=without_closed(experiment, given.actions))
    said, asked_for, attributes, _ = given
    context = said if said.__class__ is dict and not attributes else _together(given)
    constant = experiment.constant if asked_for is None else None
    actions: Any = asked_for if constant is None else constant
    own = None if (scorer := chooser.last) is None else scorer.known(actions)
    if scorer is None or own is None:
        scorer, actions = _scorer(chooser, experiment, given, context)
    try:
        own = own or scorer.own(actions, constant is not None)
        name, propensity, gap, features = chooser.choose(scorer, own, context, random.random())
    except _UNREADABLE:
        checked(actions)
        _refuse_unnamed(context, *actions.values())
        raise
    if (said and MISSING in features) or not own.plain:
        _check(chooser.model.encoder.schema, given, own)
    value = name if (arm := snapshot.by_name.get(name)) is None else arm.value
    id_ = random.getrandbits(64).to_bytes(8, "big").hex()  # what `new_id` does, a call less
    basis = _new(Basis, (context, actions if constant is None else dict(actions), features, gap))
    return _new(Decision, (
        experiment.name, name, value, propensity, "drawn", True, id_, now,
        experiment.version, seal, snapshot.version, basis, None, "",
    ))  # fmt: skip


def _scorer(
    chooser: Chooser, experiment: Experiment, given: Given, context: Mapping[str, Any]
) -> tuple[Scorer, Actions]:
    """Return what scores the actions that there are now, and those actions."""
    actions: Any = experiment.constant if given.actions is None else given.actions
    scorer = chooser.scorers.get(tuple(actions)) if actions.__class__ is dict else None
    if scorer is None:
        if given.actions is not None or actions is None:
            actions = _actions(experiment, given, context)
        scorer = chooser.scorer(tuple(actions))
    chooser.last = scorer
    return scorer, actions


def _unable(experiment: Experiment) -> ContextError:
    return ContextError(
        "bad_actions",
        f"policy {experiment.policy.name!r} of {experiment.name!r} does not choose among "
        "actions=: give the experiment a contextual policy, such as igw",
    )


def _check(schema: Schema, given: Given, own: Own) -> None:
    """Refuse what a caller gave that cannot be read as its kind."""
    if given.context:
        _refuse_unreadable(schema.subject, given.context)
    # All of them, whichever was drawn: a mistake must not show itself now and then.
    if given.actions is not None and not own.plain:
        _refuse_unreadable(schema.action, *own.actions.values())


def _together(given: Given) -> Mapping[str, Any]:
    """Return what is known of the subject; what the caller says is before what the request does."""
    return {**given.attributes, **(usable(given).context or _NOTHING)}


def _actions(experiment: Experiment, given: Given, context: Mapping[str, Any]) -> Actions:
    if given.actions is None:
        return available(experiment, {"id": given.subject, **context})
    return checked(given.actions)


def _refuse_unnamed(*given: Mapping[Any, Any]) -> None:
    """Refuse attributes whose names are no text."""
    for name in chain(*given):
        if not isinstance(name, str):
            raise ContextError("bad_context", f"an attribute is called {name!r:.80}: not a text")


def _refuse_unreadable(attributes: tuple[Attribute, ...], *given: Mapping[str, Any]) -> None:
    """Refuse what is given but cannot be read as the kind it was declared as.

    A number that is none (NaN, an infinity) is missing, as None is; so is what clients send.
    """
    for attribute in attributes:
        name, fine = attribute.name, _FINE[attribute.kind]
        for each in given:
            value = each.get(name)
            if value.__class__ not in fine and not _readable(attribute, value):
                raise ContextError(
                    "bad_context",
                    f"attribute {name!r} is {attribute.kind}: {type(value).__name__} "
                    f"{str(value)[:80]!r} is not",
                )


#: Types whose values have a kind or are missing, without looking at them.
_FINE = {
    "numeric": frozenset({int, float, NoneType}),
    "categorical": frozenset({str, bool, int, float, NoneType}),
}


def _readable(attribute: Attribute, value: object) -> bool:
    if isinstance(value, float):
        return True
    from banditware.contextual.attributes import level_in, number_in  # noqa: PLC0415 - rare

    read = number_in if attribute.kind == "numeric" else level_in
    return read(value) is not None


def pulled(
    snapshot: ExperimentSnapshot, decision: Decision, time: float, *, again: bool = False
) -> bytes:
    """Return the spool record of a pull that was decided in context.

    Args:
        snapshot: the experiment as it is now.
        decision: what was decided.
        time: when it was decided, or the second.
        again: an earlier request served it and did not count it, and others may count it as well.
    """
    arm = decision.arm
    context, actions, features, _ = decision.basis
    begin = weighed_beginning(snapshot, arm, time)
    if again:
        begin = begin.replace("\t", f"\t{once_key(int(decision.time), decision.id, PULL)}", 1)
    if OTHER in features and snapshot.chooser is not None:
        new = snapshot.chooser.unseen(context, actions.get(arm, _NOTHING))
        features = "\t".join((f"{features} 1", *map(first_seen, new)))
        return frame(f"{begin}{features}".encode())
    return frame(f"{begin}{features} 1".encode())
