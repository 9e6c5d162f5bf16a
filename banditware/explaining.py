"""Details of a decision: from an experiment's snapshot, and from what was known of the subject."""

from __future__ import annotations

from collections.abc import Iterator

from banditware.beacon import UNSEEN
from banditware.contexts import Given
from banditware.deciding import undecided, unknown
from banditware.details import Details, Rule
from banditware.errors import UnknownExperimentError
from banditware.ground import Ground
from banditware.model import Decision
from banditware.snapshot import ExperimentSnapshot
from banditware.trying import Asked, choosable, held, settled, targeted, unavailable
from banditware.weighing import weights

#: Why a decision that was drawn is no pull.
_NO_PULL = frozenset({"head", "prefetch", "method", "stateless", UNSEEN})

#: What is said of a decision by its reason; of others, that it is the default.
_SENTENCES = {
    "drawn": "{arm} was drawn with probability {propensity:.4g}",
    "sticky": "{arm} was drawn before, with probability {propensity:.4g}, and is served again",
    "failure": "a fault of ours, of which the log tells, kept it from a draw: {arm} is served",
    "forced": "{arm} is shown by force, and counted nowhere",
    "unknown": "no experiment has that name: {arm} is served",
    **dict.fromkeys(
        _NO_PULL, "{arm} was drawn with probability {propensity:.4g}, but is no pull: {reason}"
    ),
}
_DEFAULT = "{arm} is served without a draw: {reason}"


def with_details(
    decision: Decision, ground: Ground, snapshot: ExperimentSnapshot, given: Given
) -> Decision:
    """Return a decision that was made outside of a request, with its details.

    Args:
        decision: what was decided.
        ground: what it stands on.
        snapshot: the experiment, as it was when it decided.
        given: what it was decided by.
    """
    try:
        asked = Asked(snapshot, given, decision.time or ground.clock(), decision)
        return decision._replace(details=explained(asked))
    except Exception as error:  # noqa: BLE001  # it was counted, so the caller has to have it
        ground.fault(error)
        return decision._replace(details=bare(decision))


def unnamed(ground: Ground, name: str, default: str | None, *, details: bool) -> Decision:
    """Return what is served for an experiment that is not in the configuration.

    Raises:
        UnknownExperimentError: there is no default.
    """
    if default is None:
        raise UnknownExperimentError(name, ground.snapshot.experiments)
    decision = unknown(name, default, ground.seal)
    return decision._replace(details=bare(decision)) if details else decision


def explained(asked: Asked) -> Details:
    """Return why a decision outside of a request is what it is, or what would be decided."""
    return described(asked, settled(_outside(asked)))


def _outside(asked: Asked) -> Iterator[Rule]:
    yield from targeted(asked)
    yield from held(asked)
    yield from choosable(asked)


def described(asked: Asked, rules: tuple[Rule, ...], again: Decision | None = None) -> Details:
    """Return the details of a decision, or of what would be decided.

    Args:
        asked: what was asked.
        rules: the rules that were tried.
        again: what was decided before and would be served again.
    """
    experiment, snapshot = asked.experiment, asked.snapshot
    reason = rules[-1].reason if rules else ""
    expected = asked.decision or again
    if expected is None and reason and reason not in _NO_PULL:
        expected = undecided(experiment, reason, seal=repr)
    rest = weights(asked)
    details = Details(
        experiment=experiment.name,
        version=experiment.version,
        policy=(experiment.context or experiment).policy.name,
        snapshot=snapshot.version,
        decided=asked.decision is not None,
        reason=reason or "drawn",
        why="a draw would decide" + (f", but be no pull: {reason}" if reason else ""),
        subject=asked.given.subject,
        context=asked.context,
        rules=rules,
        arms=rest.arms,
        unavailable=unavailable(asked),
        model=rest.model,
    )
    return details if expected is None else _of(details, expected)


def bare(decision: Decision, *, decided: bool = True) -> Details:
    """Return what there is to tell of a decision without looking behind it."""
    details = Details(decision.experiment, decision.version, "", decided=decided)
    return _of(details, decision)


def _of(details: Details, decision: Decision) -> Details:
    sentence = _SENTENCES.get(decision.reason, _DEFAULT)
    return details._replace(
        reason=decision.reason,
        why=sentence.format(
            arm=decision.arm or "no arm",
            propensity=decision.propensity,
            reason=decision.reason,
        ),
        arm=decision.arm,
        value=decision.value,
        propensity=decision.propensity,
        id=decision.id,
    )
