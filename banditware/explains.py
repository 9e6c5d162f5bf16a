"""Telling why, for visits and outside of them; what it takes is loaded when somebody asks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

from banditware.actions import GivenActions, reusable
from banditware.consent import ANONYMOUS
from banditware.contexts import NOTHING_GIVEN, Given
from banditware.deciding import undecided
from banditware.facts import Facts
from banditware.ground import Ground
from banditware.model import Decision
from banditware.snapshot import ExperimentSnapshot
from banditware.tokens import Assignments

if TYPE_CHECKING:
    from banditware.details import Details
    from banditware.trying import Asked
    from banditware.whys import Standing

_NOTHING_GIVEN: Mapping[str, Given] = {}


class _Visit(Protocol):
    """What is known of a request; see `banditware.visit`."""

    started: bool
    _ground: Ground
    _facts: Facts
    _time: float
    forced: Mapping[str, str]
    _withheld: str
    _barred: str | None
    _assignments: Assignments | None
    _given: Mapping[str, Given]

    @property
    def attributes(self) -> Mapping[str, Any]: ...

    @property
    def decisions(self) -> Mapping[str, Decision]: ...

    def _known(self) -> Assignments: ...

    def _asked(self, snapshot: ExperimentSnapshot, given: Given) -> Asked: ...

    def _standing(self, experiment: str) -> Standing: ...


class Explains:
    """The part of a visit that tells why."""

    #: What the view gave to decide by, by experiment.
    _given: Mapping[str, Given] = _NOTHING_GIVEN

    def why(
        self: _Visit,
        experiment: str,
        *,
        context: Mapping[str, Any] | None = None,
        actions: GivenActions | None = None,
    ) -> Details:
        """Return why the decision of this request is what it is.

        If there is none so far, it tells what would be decided (`decided` is False then), and
        neither decides nor counts anything. The counts behind it are those of now, and may be newer
        than those that decided.

        Args:
            experiment: name of the experiment.
            context: attributes of the subject, as `decide` takes them; for what is not decided yet.
            actions: the available actions, likewise.

        Raises:
            UnknownExperimentError: no experiment has that name.
        """
        from banditware.explaining import bare  # noqa: PLC0415  # see the module
        from banditware.whys import details  # noqa: PLC0415  # the same

        ground = self._ground
        snapshot = ground.snapshot.known(experiment)
        decision = self.decisions.get(experiment)
        try:
            if decision is not None and decision.reason == "failure":
                return bare(decision)
            given = Given(context, reusable(actions))
            if decision is not None:
                given = self._given.get(experiment, NOTHING_GIVEN)
            return details(self._standing(experiment), self._asked(snapshot, given))
        except Exception as error:  # noqa: BLE001  # nothing of ours may break the app
            ground.fault(error)
            failure = undecided(snapshot.experiment, "failure", seal=ground.seal)
            return bare(decision or failure, decided=decision is not None)

    def _asked(self: _Visit, snapshot: ExperimentSnapshot, given: Given) -> Asked:
        from banditware.trying import Asked  # noqa: PLC0415  # see the module

        known = self._assignments or self._known()
        sources = self._ground.sources
        said = {name: value for name, value in self.attributes.items() if name in sources}
        given = given._replace(attributes=said, subject=known.subject)
        return Asked(snapshot, given, self._time, self.decisions.get(snapshot.experiment.name))

    def _standing(self: _Visit, experiment: str) -> Standing:
        from banditware.whys import Standing  # noqa: PLC0415  # see the module

        known = self._assignments or self._known()
        decision = self.decisions.get(experiment)
        return Standing(
            facts=self._facts,
            bot=None if self._ground.count_bots else self._withheld == "bot",
            objection=self._barred if self._barred in ANONYMOUS else None,
            forced=self.forced.get(experiment, ""),
            started=self.started if decision is None else decision.reason == "started",
            assignment=known.by_experiment.get(experiment),
        )


def with_details(
    decision: Decision, ground: Ground, snapshot: ExperimentSnapshot, given: Given
) -> Decision:
    """Return a decision that was made outside of a request with its details."""
    from banditware import explaining  # noqa: PLC0415  # see the module

    return explaining.with_details(decision, ground, snapshot, given)


def unnamed(ground: Ground, experiment: str, default: str | None, *, details: bool) -> Decision:
    """Return what is served for an experiment that is not there.

    Raises:
        UnknownExperimentError: there is no `default`.
    """
    from banditware import explaining  # noqa: PLC0415  # see the module

    return explaining.unnamed(ground, experiment, default, details=details)
