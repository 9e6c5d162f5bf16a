"""What a visit tells of its decisions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, Protocol

from banditware.actions import GivenActions, reusable
from banditware.consent import ANONYMOUS, REFUSED, STATELESS, UNKNOWN
from banditware.contexts import NOTHING_GIVEN, Given
from banditware.deciding import again, undecided
from banditware.details import Details, Rule
from banditware.excluding import barred, uncounted
from banditware.explaining import bare, described
from banditware.forcing import FORCED
from banditware.ground import Ground
from banditware.http import Facts
from banditware.model import Decision
from banditware.snapshot import ExperimentSnapshot
from banditware.tokens import Assignment, Assignments
from banditware.trying import Asked, choosable, held, remembered, settled, targeted

#: So much of a User-Agent is told.
_LONGEST_AGENT = 120

#: What was found of consent, by why nothing may be remembered.
_CONSENT = {
    REFUSED: "they said no",
    UNKNOWN: "nobody said anything",
    STATELESS: "nobody said anything, so what is drawn is not remembered",
}

_NOTHING_GIVEN: Mapping[str, Given] = {}


class Standing(NamedTuple):
    """How a request stands to an experiment.

    Attributes:
        facts: what is known of the request.
        bot: True if it is a bot's; None if nobody looks, because bots are counted.
        forced: the arm that is asked for by force, or nothing.
        objection: why nothing may be remembered of the subject; None if it may.
        started: True if the response had started when it was decided, or has by now.
        assignment: what the cookie says of the experiment, if anything.
    """

    facts: Facts
    bot: bool | None
    objection: str | None
    forced: str
    started: bool
    assignment: Assignment | None


def details(standing: Standing, asked: Asked) -> Details:
    """Return why the decision of a request is what it is, or what would be decided."""
    repeated = _repeated(standing, asked)
    return described(asked, settled(_rules(standing, asked, repeated)), repeated)


def _rules(standing: Standing, asked: Asked, repeated: Decision | None) -> Iterator[Rule]:
    facts = standing.facts
    if standing.forced:
        found = f"{standing.forced}, by a link or by the query"
        yield Rule("forced", "no arm is asked for by force", found, FORCED)
    if standing.bot is not None:
        agent = facts.header("user-agent")[:_LONGEST_AGENT]
        yield Rule("bots", "no bot asks", repr(agent), "bot" if standing.bot else "")
    if standing.objection is not None:
        found, reason = _CONSENT[standing.objection], standing.objection
        yield Rule("consent", "somebody said yes", found, "" if reason == STATELESS else reason)
    yield from targeted(asked)
    yield remembered(standing.assignment, repeated)
    if standing.started:
        yield Rule("started", "the response has not started", "it has", "started")
    yield from held(asked)
    yield from choosable(asked)
    methods = " or ".join(sorted(asked.experiment.methods))
    found = f"it is {facts.method}"
    yield Rule(
        "count", f"the request is {methods}, and no prefetch", found, _uncounted(standing, asked)
    )


def _repeated(standing: Standing, asked: Asked) -> Decision | None:
    """Return what is shown by force, or what the cookie remembers, if it may be served again."""
    if standing.forced:
        return undecided(asked.experiment, FORCED, seal=repr, default=standing.forced)
    if standing.assignment is None:
        return None
    why = _uncounted(standing, asked) or ("started" if standing.started else "")
    return again(asked.snapshot, standing.assignment, now=asked.now, seal=repr, uncounted=why)


def _uncounted(standing: Standing, asked: Asked) -> str:
    facts = standing.facts
    why = standing.objection or barred(facts, bot=bool(standing.bot))
    return uncounted(facts, asked.experiment, why)


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
        known = self._assignments or self._known()
        sources = self._ground.sources
        said = {name: value for name, value in self.attributes.items() if name in sources}
        given = given._replace(attributes=said, subject=known.subject)
        return Asked(snapshot, given, self._time, self.decisions.get(snapshot.experiment.name))

    def _standing(self: _Visit, experiment: str) -> Standing:
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
